"""A histogram of scores as inline SVG."""

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 640, 210, 36, 40, 18


def histogram(shares, bins=10):
    """Return the SVG of a list of shares of the points, each in [0, 1]."""
    counts = [0] * bins
    for share in shares:
        counts[min(int(share * bins), bins - 1)] += 1
    top = max([*counts, 1])
    width, height = (_WIDTH - _LEFT) / bins, _HEIGHT - _BOTTOM - _TOP
    pieces = [f'<line x1="{_LEFT}" y1="{_HEIGHT - _BOTTOM}" x2="{_WIDTH}" y2="{_HEIGHT - _BOTTOM}"/>']
    for i, count in enumerate(counts):
        tall, x = height * count / top, _LEFT + i * width
        middle, base = x + width / 2, _HEIGHT - _BOTTOM
        if count:
            pieces.append(
                f'<rect x="{x + 3:.1f}" y="{base - tall:.1f}" width="{width - 6:.1f}" height="{tall:.1f}"/>'
            )
            pieces.append(
                f'<text x="{middle:.1f}" y="{base - tall - 5:.1f}" text-anchor="middle">{count}</text>'
            )
        pieces.append(f'<text x="{x:.1f}" y="{base + 16}" text-anchor="middle">{100 * i // bins}</text>')
    pieces.append(f'<text x="{_WIDTH - 12}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">100</text>')
    middle = (_LEFT + _WIDTH) / 2
    pieces.append(
        f'<text x="{middle:.0f}" y="{_HEIGHT - 6}" text-anchor="middle">percent of the points</text>'
    )
    y = (_HEIGHT - _BOTTOM) / 2
    pieces.append(
        f'<text x="14" y="{y:.0f}" text-anchor="middle" transform="rotate(-90 14 {y:.0f})">students</text>'
    )
    label = "Histogram of the students' shares of the points: " + ", ".join(map(str, counts))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label.replace(chr(39), "&#x27;")}">'
        + "".join(pieces)
        + "</svg>"
    )
