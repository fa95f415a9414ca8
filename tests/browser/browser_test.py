#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The HTML page in a real browser: it renders, filters, prints, is dark at night, and hostile text does nothing.

Usage: tests/browser/browser_test.py LYNCPROBE CHROMIUM CHROMEDRIVER
It makes pages from the results of tests/golden, as they are and with hostile text in every place that takes any.
"""
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from webdriver import ENTER, SPACE, TAB, Browser

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Each would run, load or end something in a place where text is taken for markup: an element, an attribute, SVG, the
# style sheet, the script, a comment, a URL.
HOSTILE = [
    "<script>window.owned=1</script>",
    "</script><script>window.owned=1</script>",
    "</style><script>window.owned=1</script>",
    "</title></head><body onload=window.owned=1>",
    "\" onmouseover=\"window.owned=1\" autofocus onfocus=\"window.owned=1",
    "' onfocus='window.owned=1' x='",
    "<img src=x onerror=window.owned=1>",
    "</text></svg><svg onload=window.owned=1>",
    "<svg><script xlink:href='data:,window.owned=1'/></svg>",
    "]]><!--><script>window.owned=1</script>-->",
    "javascript:window.owned=1",
    "}*{background:url(http://192.0.2.1/x)}",
    "\u202e\u2066\u200b\x1b[31m\x00\x9b&#60;script&#62;window.owned=1&#60;/script&#62;",
]

failures = []


def check(good, what):
    print("ok  " if good else "FAIL", what)
    if not good:
        failures.append(what)


def page_of(program, result, folder, name):
    source = folder / f"{name}.json"
    source.write_text(json.dumps(result), encoding="utf-8")
    page = folder / f"{name}.html"
    done = subprocess.run([program, "report", source, "--quiet", "--output", page], stdout=subprocess.DEVNULL, timeout=120)
    if done.returncode > 3:
        raise RuntimeError(f"lyncprobe report of {name} ended with {done.returncode}")
    return page




def hostile(result, text):
    """`text` in every member that holds foreign text; words of closed lists stay."""
    out = copy.deepcopy(result)
    out["run"].update(inputs=[text], vantage=text)
    for number, endpoint in enumerate(out["endpoints"]):
        endpoint["detail"] = text
        for member in ("name", "server", "pool", "site", "host"):
            endpoint["target"][member] = f"{text} {number}"
        for finding in endpoint["findings"]:
            finding["message"] = text
            if finding["verdict"] in ("warn", "fail"):
                finding.update(fix=text, source=text)
            if finding.get("waived"):
                finding["waived"] = text
    for problem in out["summary"]["problems"]:
        problem.update(remedy=text, servers=[text], server=text)
        for reason in problem["reasons"]:
            reason.update(brief=text, message=text, fix=text, source=text)
    for certificate in out["certificates"].values():
        certificate.update(subject=text, issuer=text, common_names=[text])
        if certificate.get("san"):
            certificate["san"]["dns"] = [text]
    return out


def visible(browser, selector):
    return browser.script(
        "return [...document.querySelectorAll(arguments[0])].filter(e => e.checkVisibility()).length", selector)


def owned(browser):
    return browser.script("return window.owned !== undefined")


def test_rendering(browser, page, result):
    browser.open(page)
    check(browser.console() == [], "no error on the console")
    check(visible(browser, "details") == len(result["endpoints"]), "each endpoint is on the page")
    check(visible(browser, ".item") == len(result["summary"]["problems"]), "each thing to do is on the page")
    check(browser.script("return document.querySelector('header .v').textContent") == "fail", "the verdict is at the top")
    check(browser.script("return document.querySelectorAll('#topology svg .box').length") > 1, "the topology is drawn")
    check(browser.script("return document.querySelectorAll('#expiry svg .bar').length") > 0, "the expiries are drawn")
    outside = browser.script("return performance.getEntriesByType('resource').map(e => e.name)")
    check(outside == [], f"nothing is loaded {outside}")
    for width in (1300, 800, 400):
        browser.devtools("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        wide = browser.script("return document.documentElement.scrollWidth")
        check(wide <= width, f"at {width} pixels the page is {wide} wide")
    browser.devtools("Emulation.clearDeviceMetricsOverride")


def test_filter(browser, page):
    browser.open(page)
    everything = visible(browser, "details")
    check(visible(browser, "#filter") == 1, "with a script there is a search")
    failing = visible(browser, "details.fail")
    for kind in ("warn", "open", "pass"):
        browser.click(f"#filter input[value={kind}]")
    others = visible(browser, "details:not(.fail):not(.none)")
    check(others == 0 and visible(browser, "details.fail") == failing, "verdicts that are not chosen are hidden")
    browser.script("document.getElementById('filter').reset(); document.getElementById('q').dispatchEvent(new Event('input', {bubbles: true}))")
    check(visible(browser, "details") == everything, "and come back")
    browser.type("#q", "fe01.contoso")
    found = visible(browser, "details")
    check(0 < found < everything, f"a search shows {found} of {everything}")
    said = browser.script("return document.getElementById('shown').textContent")
    check(said == f"{found} of {everything} endpoints shown", "and says how many")
    # A link to what the search hides leads there all the same.
    browser.script("location.hash = '#e1'")
    check(visible(browser, "#e1") == 1, "a link to a hidden endpoint shows it, and opens it")
    browser.click("#close-all")
    check(visible(browser, "details .steps") == 0, "all endpoints close")
    browser.click("#open-all")
    check(visible(browser, "details .steps") == everything, "all endpoints open")


def test_keyboard(browser, page):
    browser.open(page)
    browser.press(TAB)
    check(browser.script("return document.activeElement.tagName") == "A", "the first stop is a link")
    link = browser.script("return document.activeElement.getAttribute('href')")
    browser.press(ENTER)
    check(browser.script("return location.hash") == link, "which the keyboard follows")
    browser.script("document.querySelector('summary').focus()")
    browser.press(SPACE)
    check(browser.script("return document.querySelector('details').open"), "the keyboard opens an endpoint")
    stops = browser.script("return [...document.querySelectorAll('[tabindex]')].every(e => e.tabIndex === 0 && e.ariaLabel)")
    check(stops, "what scrolls is reached and has a name")
    ring = browser.script("return getComputedStyle(document.activeElement).outlineStyle")
    check(ring == "solid", "where the focus is can be seen")


def test_picture(browser, page):
    browser.open(page)
    target = browser.script(
        "const link = document.querySelector('#topology .pool a'); link.dispatchEvent(new MouseEvent('click', {bubbles: true}));"
        "return link.getAttribute('href')")
    check(browser.script("return location.hash") == target, "a server of the picture leads to its endpoints")
    shapes = browser.script(
        "return Object.entries(Object.groupBy(document.querySelectorAll('#topology .pool .shape'), e => e.classList[1]))"
        ".map(([kind, list]) => new Set(list.map(e => e.getAttribute('d').replace(/^M[-0-9 ]+/, ''))).size)")
    check(shapes and all(count == 1 for count in shapes), "each verdict has one shape")


def test_colours(browser, page):
    luminance = (
        "const lum = c => { const [r, g, b] = c.match(/[0-9.]+/g).map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 });"
        " return .2126 * r + .7152 * g + .0722 * b };"
        "const page = lum(getComputedStyle(document.body).backgroundColor);"
        "return ['.v.fail', '.v.warn', '.v.open', '.v.pass', 'a', 'body', '.note', '.imp.a'].map(s => document.querySelector(s)).filter(Boolean)"
        ".map(e => { const own = lum(getComputedStyle(e).color);"
        " return (Math.max(own, page) + .05) / (Math.min(own, page) + .05) })")
    browser.open(page)
    grounds = set()
    for dark in (False, True):
        browser.media(dark=dark)
        grounds.add(browser.script("return getComputedStyle(document.body).backgroundColor"))
        contrasts = browser.script(luminance)
        # Web Content Accessibility Guidelines 2.1, 1.4.3
        check(min(contrasts) >= 4.5, f"{'dark' if dark else 'light'}: the least contrast is {min(contrasts):.1f}")
    check(len(grounds) == 2, "light and dark differ")
    browser.media()


def test_paper(browser, page):
    browser.open(page)
    browser.media("print")
    check(visible(browser, "nav, form") == 0, "no controls on paper")
    check(visible(browser, "details.fail .steps") == visible(browser, "details.fail"), "on paper an endpoint with a problem is open")
    browser.media()
    paper = browser.printed()
    pages = len(re.findall(rb"/Type\s*/Page\b", paper))
    check(paper.startswith(b"%PDF") and pages > 1, f"it prints: {pages} pages")


def test_hostile(browser, program, result, folder):
    for number, text in enumerate(HOSTILE):
        page = page_of(program, hostile(result, text), folder, f"hostile-{number}")
        browser.open(page)
        browser.script("document.querySelectorAll('details').forEach(e => e.open = true)")
        browser.script("document.querySelectorAll('a, summary, input').forEach(e => { e.focus(); e.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})) })")
        check(not owned(browser) and browser.console() == [], f"harmless: {text!r}")
        check(visible(browser, "details") == len(result["endpoints"]), "  and the page is whole")
        shown = browser.script("return document.querySelector('#todo h3').textContent")
        ascii_only = all(" " <= c <= "~" for c in text)
        check(text.lower() in shown.lower() if ascii_only else "\\u{202e}" in shown, "  and shows the text")


def test_policy(browser, page, folder):
    """What a fault of ours might let in, the policy stops."""
    text = page.read_text(encoding="utf-8")
    injected = {
        "a script": "<script>window.owned=1</script>",
        "a handler": "<img src='x' onerror='window.owned=1'>",
        "a style": "<p style='position:fixed'>x</p>",
        "a frame": "<iframe srcdoc='<script>parent.owned=1</script>'></iframe>",
        "a link to a script": "<a id='js' href='javascript:window.owned=1'>x</a>",
    }
    for what, markup in injected.items():
        copied = folder / "injected.html"
        copied.write_text(text.replace("<main>", "<main>" + markup, 1), encoding="utf-8")
        browser.open(copied)
        if "id='js'" in markup:
            browser.click("#js")
        said = browser.console()
        blocked = any("Content Security Policy" in line for line in said)
        check(blocked and not owned(browser), f"{what} that was put into the page is blocked")


def test_without_script(browser, page, result):
    """What a screen reader is given, from the accessibility tree, which needs no script of the page."""
    browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(page)
    nodes = browser.devtools("Accessibility.getFullAXTree")["nodes"]
    browser.devtools("Emulation.setScriptExecutionDisabled", value=False)
    spoken = [(node["role"]["value"], str(node.get("name", {}).get("value", ""))) for node in nodes if not node.get("ignored")]
    heard = " ".join(name for role, name in spoken)
    missing = [endpoint["id"] for endpoint in result["endpoints"] if endpoint["id"] not in heard]
    check(missing == [], f"without a script every endpoint is found {missing[:3]}")
    check("Search" not in heard, "and no search that would do nothing")
    levels = [node["properties"] for node in nodes if node.get("role", {}).get("value") == "heading"]
    levels = [entry["value"]["value"] for properties in levels for entry in properties if entry["name"] == "level"]
    check(levels[:2] == [1, 2] and all(b - a <= 1 for a, b in zip(levels, levels[1:])), "no level of headings is left out")
    roles = {role for role, name in spoken}
    for role in ("banner", "main", "navigation", "table", "columnheader", "rowheader", "list"):
        check(role in roles, f"a screen reader meets a {role}")
    unnamed = [role for role, name in spoken if role in ("table", "link", "region", "group") and not name and role != "group"]
    check(unnamed == [], f"each table, link and region has a name {unnamed[:3]}")


def main():
    program, chromium, driver = sys.argv[1:]
    for tool in (chromium, driver):
        if not pathlib.Path(tool).exists():
            sys.exit(f"{tool}: not found; install chromium and chromium-driver")
    result = json.loads((ROOT / "tests/golden/scan.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        browser = Browser(chromium, driver, folder / "profile")
        try:
            page = page_of(program, result, folder, "scan")
            test_rendering(browser, page, result)
            test_filter(browser, page)
            test_keyboard(browser, page)
            test_picture(browser, page)
            test_colours(browser, page)
            test_paper(browser, page)
            test_hostile(browser, program, result, folder)
            test_policy(browser, page, folder)
            test_without_script(browser, page, result)
            for kind in ("check", "discovery", "federation"):
                other = json.loads((ROOT / f"tests/golden/{kind}.json").read_text(encoding="utf-8"))
                browser.open(page_of(program, other, folder, kind))
                check(browser.console() == [] and visible(browser, "main section") > 0, f"the page of {kind} renders")
        finally:
            browser.close()
    sys.exit(f"{len(failures)} failed: " + "; ".join(failures) if failures else 0)


if __name__ == "__main__":
    main()
