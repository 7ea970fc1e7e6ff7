"""The font of mathematics, STIX Two Math, adapted so that there is no gap behind a root.

Chromium gives every root the width of the font's widest radical sign. So all radical signs get the width of the usual
one. The font is free under the SIL Open Font License.
"""

from functools import cache
from io import BytesIO

_RADICAL = 0x221A


@cache
def woff(path):
    """Return the adapted font as WOFF.

    Args:
        path: The TrueType font, with a MATH table.
    """
    from fontTools.ttLib import TTFont

    font = TTFont(path)
    variants, glyphs, widths = font["MATH"].table.MathVariants, font["glyf"], font["hmtx"]
    usual = font.getBestCmap()[_RADICAL]
    construction = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(usual)]
    tall = [record.VariantGlyph for record in construction.MathGlyphVariantRecord]
    if construction.GlyphAssembly:
        tall += [part.glyph for part in construction.GlyphAssembly.PartRecords]
    width = widths[usual][0]
    for name in set(tall) - {usual}:
        factor = width / widths[name][0]
        glyph = glyphs[name]
        glyph.coordinates.scale((factor, 1))
        glyph.coordinates.toInt()
        glyph.recalcBounds(glyphs)
        widths[name] = (width, glyph.xMin)
    font.flavor = "woff"
    written = BytesIO()
    font.save(written)
    return written.getvalue()
