"""The built documentation in headless Chromium, without a network: `make test-docs`.

Pictures of the pages are left in docs/_build/screenshots.
"""

import functools
import http.server
import shutil
import threading
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
SITE = DOCS / "_build" / "html"
SCREENSHOTS = DOCS / "_build" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Each page with words that it must show, and how many pictures and formulas at least.
PAGES = {
    "index": ("does the heat avalanche through", 1, 0),
    "notebooks/01_first_avalanche": ("first bare coupling g_1,0 =", 1, 12),
    "notebooks/02_exact_and_mean_field": ("1236 realizations", 3, 27),
    "notebooks/03_hybridisation": ("xi = 4: sum rule 0.999", 2, 27),
    "notebooks/04_interface": ("exact  golden rule  E eq 22", 2, 34),
    "notebooks/05_two_dimensions": ("4320 lattices, every mean field converged", 3, 23),
    "notebooks/06_nearly_localized_metal": ("10 levels: 1/Xi grows as", 3, 39),
    "notebooks/07_continuum": ("does not hold", 2, 15),
    "notebooks/08_large_problems": ("inertia (Haynsworth): 72 levels, 72 found", 1, 1),
    "notebooks/09_fifty_lbits": ("states limited by the bonds", 1, 2),
    "notebooks/10_cluster": ("#SBATCH --job-name=first_cluster_study", 0, 0),
    "gallery/index": ("Failed avalanches (D)", 30, 0),
    "gallery/D3": ("Computed and drawn by this build", 1, 0),
    "equations": ("Gaussian orthogonal ensemble", 0, 20),
    "physics": ("(T6) Averages over eigenstates", 0, 0),
    "api/generated/mbltn.observables": ("Observables of every state, not averaged", 0, 0),
}
SIZES = {"wide": (1400, 1000), "narrow": (400, 850)}

_TYPESET = "n => document.querySelectorAll('article mjx-container').length >= n"

pytestmark = pytest.mark.site


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def address():
    if not (SITE / "index.html").exists():
        pytest.skip("docs/_build/html is not there: make docs")
    handler = functools.partial(_Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip(
        "playwright.sync_api", reason="playwright: make test-docs installs it"
    )
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no Chromium ({', '.join(NAMES)}); Debian: apt-get install chromium")
    with api.sync_playwright() as started:
        # Its sandbox needs privileges that containers do not give.
        chromium = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture(params=SIZES)
def size(request):
    return request.param


@pytest.mark.parametrize("name", PAGES)
def test_a_page_renders(browser, address, name, size, scheme):
    words, n_pictures, n_formulas = PAGES[name]
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.set_default_timeout(120_000)
    complaints, elsewhere = [], []
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: answer.ok or complaints.append(answer.url))
    page.on("request", lambda asked: asked.url.startswith(address) or elsewhere.append(asked.url))
    try:
        page.goto(f"{address}/{name}.html", wait_until="networkidle")
        if n_formulas:
            page.wait_for_function(_TYPESET, arg=n_formulas)
            page.evaluate("MathJax.startup.promise.then(() => null)")
        pictures = page.locator("article img")
        # Pictures further down may be loaded when they come into view only.
        for i in range(pictures.count()):
            pictures.nth(i).scroll_into_view_if_needed()
        page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_load_state("networkidle")
        SCREENSHOTS.mkdir(exist_ok=True)
        file = SCREENSHOTS / f"{name.replace('/', '-')}-{size}-{scheme}.png"
        page.screenshot(path=file)
        widths = pictures.evaluate_all("found => found.map(picture => picture.naturalWidth)")
        formulas = page.locator("article mjx-container")
        heights = formulas.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
        assert words in page.inner_text("article")
        assert len(widths) >= n_pictures
        assert all(width > 0 for width in widths)
        assert len(heights) >= n_formulas
        assert all(height > 5 for height in heights)
        assert page.locator("mjx-merror").count() == 0
        if size == "wide":
            too_wide = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length"
            assert page.locator("mjx-container[display]").evaluate_all(too_wide) == 0
            if name.startswith("notebooks/"):
                assert page.locator("article pre").evaluate_all(too_wide) == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert elsewhere == []
        assert complaints == []
    finally:
        page.close()


def test_a_number_in_the_reference_leads_to_its_equation(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/api/generated/mbltn.theory.resonance.html")
    page.locator("article a[href$='physics.html#eq-t6']").first.click()
    page.wait_for_url("**/physics.html#eq-t6")
    assert page.locator("#eq-t6").inner_text().startswith("(T6) Averages")
    page.close()
