"""Compares the signatures and docstrings of a stub and its solution, which must be equal, without running the files."""

import ast


def signatures(source):
    """Return name → (signature, docstring) of every public function, class and method of a source text."""
    found = {}
    _collect(ast.parse(source).body, "", found)
    return found


def differences(stub, solution):
    """Return a sentence for every difference between the two source texts."""
    stub, solution = signatures(stub), signatures(solution)
    message = [f"{name} is in the stub but not in the solution" for name in stub if name not in solution]
    message += [f"{name} is in the solution but not in the stub" for name in solution if name not in stub]
    for name in stub.keys() & solution.keys():
        for what, a, b in zip(("signature", "docstring"), stub[name], solution[name], strict=True):
            if a != b:
                message.append(f"the {what} of {name} differs between stub and solution")
    message += [
        f"{name} has no docstring" for name, (_, text) in stub.items() if not text and "." not in name
    ]
    return sorted(message)


def imports(source):
    """Return the top-level names of all packages that a source text imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." if node.level else node.module.partition(".")[0])
    return names


def _collect(body, prefix, found):
    for node in body:
        private = getattr(node, "name", "_").startswith("_") and not getattr(node, "name", "").endswith("__")
        if private:
            continue
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            returns = ast.unparse(node.returns) if node.returns else ""
            found[prefix + node.name] = (f"({ast.unparse(node.args)}) {returns}", ast.get_docstring(node))
        elif isinstance(node, ast.ClassDef):
            bases = ", ".join(ast.unparse(base) for base in (*node.bases, *node.keywords))
            found[prefix + node.name] = (f"({bases})", ast.get_docstring(node))
            _collect(node.body, f"{prefix}{node.name}.", found)
