"""Values that hold for the time of a block."""

import threading

import pytest

from course.context import set_attribute

pytestmark = pytest.mark.backend_independent


class Owner:
    """Has one attribute."""

    kind = "class"


def test_an_attribute_has_its_former_value_afterwards():
    owner = Owner()
    with set_attribute(owner, "kind", "block"):
        assert owner.kind == "block"
        with set_attribute(owner, "kind", "inner"):
            assert owner.kind == "inner"
        assert owner.kind == "block"
    assert "kind" not in vars(owner)
    with set_attribute(Owner, "kind", "block"), set_attribute(Owner, "other", 1):
        assert (owner.kind, owner.other) == ("block", 1)
    assert Owner.kind == "class"
    assert not hasattr(Owner, "other")


def test_what_is_set_by_other_means_inside_a_block_is_there_after_an_inner_one():
    owner = Owner()
    with set_attribute(owner, "kind", "block"):
        owner.kind = "by hand"
        with set_attribute(owner, "kind", "inner"):
            assert owner.kind == "inner"
        assert owner.kind == "by hand"
    assert "kind" not in vars(owner)


def test_blocks_of_two_threads_overlap():
    """As those of two replicas do: the one that began first ends first, and nothing stays."""
    owner, seen = Owner(), []
    entered, left = threading.Event(), threading.Event()

    def second():
        with set_attribute(owner, "kind", "second"):
            entered.set()
            left.wait(20)
            seen.append(owner.kind)

    thread = threading.Thread(target=second)
    with set_attribute(owner, "kind", "first"):
        thread.start()
        entered.wait(20)
        seen.append(owner.kind)
    left.set()
    thread.join()
    assert seen == ["second", "second"]
    assert "kind" not in vars(owner)
