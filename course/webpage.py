"""The frame of every HTML page that the course writes: one file, without scripts, light or dark, narrow or wide."""

_ALONE = "default-src 'none'; style-src 'unsafe-inline'"


def document(title, body, css, alone=False):
    """Return a whole page.

    Args:
        title: The title as HTML.
        body: The content as HTML.
        css: The style.
        alone: If True, the browser loads nothing for this page, not even pictures of its own folder.
    """
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_ALONE}">\n' if alone else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
{policy}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""
