"""What every page must keep, be it served or a file: anybody can read it, without network, and print it on A4."""

import re

from axe_playwright_python.sync_playwright import Axe

SERIOUS = ("serious", "critical")
LARGEST_BYTES = 2_000_000
A4_MM = (210, 297)
MARGIN_MM = 12
DOTS_MM = 96 / 25.4

# Elements that reach beyond the paper, those that scroll (paper does not) and those too high for one sheet; words
# that only a screen reader says are clipped on purpose.
CUT = """([wide, high]) => {
  const name = one => one.outerHTML.slice(0, 160)
  const cut = []
  for (const one of document.querySelectorAll('body *')) {
    const box = one.getBoundingClientRect()
    if (!box.width || !box.height || one.closest('svg svg, svg *')) continue
    const way = getComputedStyle(one)
    if (way.clipPath !== 'none' && box.width <= 1 && box.height <= 1) continue
    if (box.right > wide + 1) cut.push(`beyond the right edge: ${name(one)}`)
    if (way.overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1) cut.push(`scrolls: ${name(one)}`)
    if (/^(svg|img|figure|tr)$/i.test(one.tagName) && box.height > high) cut.push(`higher than a sheet: ${name(one)}`)
  }
  return cut.slice(0, 10)
}"""


# Cells whose words reach into the cell beside them.
SPILT = """() => [...document.querySelectorAll('th, td')]
  .filter(one => one.clientWidth && one.scrollWidth > one.clientWidth + 1)
  .map(one => `${one.innerText.slice(0, 40)} reaches beyond its cell`).slice(0, 5)"""


def barriers(window):
    """Return what axe finds that keeps somebody from reading the page: rule, and the element it is about."""
    found = Axe().run(window).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in SERIOUS]


def cut_on_paper(window):
    """Return what would be cut off on A4, as the page is printed."""
    wide, high = ((side - 2 * MARGIN_MM) * DOTS_MM for side in A4_MM)
    before = window.viewport_size
    window.emulate_media(media="print")
    window.set_viewport_size({"width": int(wide), "height": int(high)})
    cut = window.evaluate(CUT, [wide, high])
    window.emulate_media(media="null")
    window.set_viewport_size(before)
    return cut


def sheets(window, without=None):
    """Return the number of A4 sheets that the page takes, or that it would take without what a selector finds."""
    if without:
        window.add_style_tag(content=f"{without} {{ display: none; }}")
    margin = dict.fromkeys(("top", "right", "bottom", "left"), f"{MARGIN_MM}mm")
    paper = window.pdf(format="A4", print_background=True, margin=margin, prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b", paper))


def shortcomings(watched, file, most_sheets):
    """Open an HTML file and return all that is wrong with it; ``watched`` looks for errors and for the network."""
    wrong = []
    size = file.stat().st_size
    if size > LARGEST_BYTES:
        wrong.append(f"{size:,} bytes are more than {LARGEST_BYTES:,}")
    for wide in (1280, 400):
        window = watched(file.resolve().as_uri(), wide=wide)
        wrong += [f"{wide} wide: {one}" for one in barriers(window)]
        if window.evaluate("document.documentElement.scrollWidth") > wide:
            wrong.append(f"{wide} wide: it is wider than its window")
        wrong += [f"{wide} wide: {one}" for one in window.evaluate(SPILT)]
    wrong += [f"on paper: {one}" for one in cut_on_paper(window)]
    taken = sheets(window)
    if not 1 <= taken <= most_sheets:
        wrong.append(f"{taken} sheets of A4, not up to {most_sheets}")
    return wrong
