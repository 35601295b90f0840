#!/usr/bin/python3
"""The pages of the site: Markdown as GitHub shows it, in HTML that needs nothing from elsewhere.

Where a page lies in the repository is where it lies in the site: docs/using.md is docs/using.html, and
README.md of a directory its index.html. A file that a page links to, or names in code (`core/tensor.hpp`),
has a page of its own below source/. Pictures stand in their pages, so that they follow light and dark.
A link to nothing is an error.

  pages.py ROOT OUT      OUT/reference/html and OUT/live are somebody else's
"""
# SPDX-License-Identifier: MIT
import html
import posixpath
import re
import string
import subprocess
import sys
from pathlib import Path

from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.util import ClassNotFound

# In the order in which one reads. Pages of docs/ that are not named come last.
CONTENTS = [
    ("Begin", ["README.md", "live/index.html", "docs/reading_order.md", "docs/adafuse_by_hand.md", "docs/using.md",
               "docs/coming_from_pytorch.md", "examples/README.md"]),
    ("The paper", ["docs/derivations.md", "docs/where_time_travels.md", "docs/paper_map.md", "docs/estimators.md",
                   "docs/peers.md", "docs/differences.md", "docs/reproduce.md"]),
    ("Train", ["docs/choice.md", "docs/data.md", "docs/training_tools.md", "docs/fine_tuning.md",
               "docs/experiments.md", "docs/distributed.md"]),
    ("Run", ["docs/adaptive_inference.md", "docs/streaming.md", "docs/python.md"]),
    ("The library", ["docs/architecture.md", "docs/conventions.md", "docs/glossary.md", "docs/ops.md", "docs/layers.md",
                     "docs/adding_an_op.md", "docs/errors.md", "docs/reference.md", "reference/html/index.html"]),
    ("Rooms", [f"docs/rooms/{room}.md" for room in (
        "core kernels io autograd ops nn optim data video fusion models infer train report interop").split()]),
    ("Evidence", ["docs/measurements.md", "docs/portability.md", "docs/decisions/README.md", "docs/site.md",
                  "bench/README.md", "scripts/soak/README.md", "CONTRIBUTING.md", "CHANGELOG.md"]),
]
TITLES = {"README.md": "adafuse", "live/index.html": "A page that lives",
          "reference/html/index.html": "API reference", "docs/decisions/README.md": "Decisions",
          "bench/README.md": "Benchmarks", "scripts/soak/README.md": "The soak",
          "examples/README.md": "Lessons in C++", "docs/paper_map.md": "Paper map",
          "docs/estimators.md": "Estimators", "docs/differences.md": "Differences",
          "docs/reproduce.md": "Published checkpoints", "docs/using.md": "In your project",
          "docs/fine_tuning.md": "Fine-tuning", "docs/reference.md": "About the reference",
          "docs/errors.md": "Compiler messages", "docs/portability.md": "Machines and compilers"}
# What the pictures are drawn with (report/theme.hpp), and what the style calls it.
INKS = {"#ffffff": "paper", "#1f2328": "ink", "#656d76": "quiet", "#e6e8eb": "grid", "#b8bec5": "axis",
        "#8a929b": "plain", "#0072b2": "accent", "#b3401a": "warning", "#e69f00": "reuse", "#e3e6ea": "skip"}
LONGEST_SOURCE = 300_000  # bytes; what is longer is data


def slug(text):
    """What GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


class Site:
    def __init__(self, root, out):
        self.root, self.out = Path(root), Path(out)
        tracked = subprocess.run(["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"],
                                 check=True, capture_output=True, text=True)
        self.files = {f for f in tracked.stdout.split("\n") if f and (self.root / f).is_file()}
        self.directories = {str(d) for f in self.files for d in Path(f).parents} - {"."}
        self.by_name = {}
        for file in sorted(self.files):
            if file.startswith("include/"):
                self.by_name.setdefault(posixpath.basename(file), []).append(file)
        self.faults, self.waiting, self.wanted = [], [], set()
        self.written = {}  # addresses: (what has a name there, what it links to)
        self.template = string.Template((self.root / "site/page.html").read_text())
        named = {page for _, pages in CONTENTS for page in pages}
        more = sorted(f for f in self.files if re.fullmatch(r"docs/[^/]+\.md", f) and f not in named)
        self.contents = CONTENTS + ([("More", more)] if more else [])
        self.order = [page for _, pages in self.contents for page in pages]
        self.titles = dict(TITLES)
        for page in self.order:
            if page.endswith(".md"):
                if page not in self.files:
                    sys.exit(f"site: {page}, which the contents name, is not there")
                self.titles.setdefault(page, self.first_heading(page).split(":")[0])

    def first_heading(self, page):
        for line in (self.root / page).read_text().split("\n"):
            if line.startswith("# "):
                return re.sub(r"[`*]", "", line[2:]).strip()
        return page

    # ---- Where things are ----

    def address(self, file):
        """Of a page or a source file in the site."""
        if not file.endswith(".md"):
            return file if file.startswith(("live/", "reference/")) else f"source/{file}.html"
        folder, name = posixpath.split(file)
        return posixpath.join(folder, "index.html" if name == "README.md" else name[:-3] + ".html")

    def link(self, page, file, anchor=""):
        if file in self.files and not file.endswith(".md"):
            self.want(file)
        start = posixpath.dirname(self.address(page)) or "."
        return posixpath.relpath(self.address(file), start) + anchor

    def want(self, file):
        if file not in self.wanted:
            self.wanted.add(file)
            self.waiting.append(file)

    def target(self, page, href):
        """The address, seen from the page, of what a link in it means; of a directory its README or a list."""
        path, _, anchor = href.partition("#")
        anchor = "#" + anchor if anchor else ""
        if not path:
            return href
        file = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)).rstrip("/")
        if file in self.directories:
            readme = file + "/README.md"
            file = readme if readme in self.files else file + "/"
            if file.endswith("/"):
                self.want(file)
                start = posixpath.dirname(self.address(page)) or "."
                return posixpath.relpath(f"source/{file}index.html", start)
        if file not in self.files:
            self.faults.append(f"{page}: links to {href}, which is not there")
            return href
        if file.endswith(".md"):
            if file not in self.order:
                self.want(file)
        return self.link(page, file, anchor)

    def named_file(self, page, text, before):
        """The file or directory/ that a piece of code names, or None. `gumbel.hpp` after `fusion/action.hpp`, which
        stands before it, is its neighbour."""
        if re.fullmatch(r"[\w./-]+/", text):
            found = [d for d in (text[:-1], f"include/adafuse/{text[:-1]}") if d in self.directories]
            return found[0] + "/" if found else None
        if not re.fullmatch(r"[\w./-]+\.(hpp|cpp|py|sh|awk|md)", text):
            return None
        for file in (text, f"include/adafuse/{text}", f"include/{text}",
                     posixpath.normpath(posixpath.join(posixpath.dirname(page), text)),
                     posixpath.join(posixpath.dirname(before), text)):
            if file in self.files:
                return file
        found = self.by_name.get(text, [])
        return found[0] if len(found) == 1 else None

    # ---- Markdown ----

    def picture(self, page, src, alt):
        file = posixpath.normpath(posixpath.join(posixpath.dirname(page), src))
        if file not in self.files or not file.endswith(".svg"):
            self.faults.append(f"{page}: shows {src}, which is no SVG of the repository")
            return ""
        svg = re.sub(r"<\?xml.*?\?>", "", (self.root / file).read_text()).strip()
        wide = re.search(r'<svg[^>]*\swidth="([\d.]+)"', svg)
        style = f' style="--natural: {wide.group(1)}px"' if wide else ""
        label = html.escape(alt)
        return f'<span class="scroll picture" tabindex="0" role="group" aria-label="{label}"{style}>{svg}</span>'

    def rewrite(self, page, tokens):
        """Links, pictures and names of files in the tokens of a line."""
        inside, result, before = 0, [], ""
        for place, token in enumerate(tokens):
            if token.type == "link_open":
                inside += 1
                href = token.attrs["href"]
                if not re.match(r"[a-z]+:", href):
                    token.attrs["href"] = self.target(page, href)
                    text = tokens[place + 1]
                    file = posixpath.normpath(posixpath.join(posixpath.dirname(page), href))
                    if text.content == posixpath.basename(file) and file in self.titles:
                        text.content = self.titles[file]  # "using.md" is no name of a page
            elif token.type == "link_close":
                inside -= 1
            elif token.type == "image":
                text = self.picture(page, token.attrs["src"], token.content)
                token.type, token.content, token.children = "html_inline", text, None
            elif token.type == "code_inline" and not inside:
                file = self.named_file(page, token.content, before)
                if file and file != page:
                    before = file
                    address = self.target(page, posixpath.relpath(file, posixpath.dirname(page) or "."))
                    text = f'<a class="file" href="{address}"><code>{html.escape(token.content)}</code></a>'
                    token.type, token.content = "html_inline", text
            result.append(token)
        return result

    def markdown(self, page):
        """Its HTML, and its headings below the title: (level, text, anchor)."""
        md = MarkdownIt("commonmark", {"highlight": coloured}).enable(["table", "strikethrough"])
        tokens = md.parse((self.root / page).read_text())
        headings, used = [], {}
        for place, token in enumerate(tokens):
            if token.type == "inline":
                token.children = self.rewrite(page, token.children)
            if token.type == "heading_open":
                inline = tokens[place + 1]
                text = "".join(t.content for t in inline.children if t.type in ("text", "code_inline"))
                anchor = slug(text)
                used[anchor] = used.get(anchor, -1) + 1
                if used[anchor]:
                    anchor += f"-{used[anchor]}"
                token.attrs["id"] = anchor
                if token.tag != "h1":
                    headings.append((int(token.tag[1]), text, anchor))
        body = md.renderer.render(tokens, md.options, {})
        body = body.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")
        return body, headings

    # ---- Pages ----

    def navigation(self, page):
        parts = []
        for title, pages in self.contents:
            items = []
            for other in pages:
                here = ' aria-current="page"' if other == page else ""
                items.append(f'<li><a href="{self.link(page, other)}"{here}>{html.escape(self.titles[other])}</a></li>')
            parts.append(f"<h2>{title}</h2><ul>{''.join(items)}</ul>")
        return "".join(parts)

    def neighbours(self, page):
        if page not in self.order:
            return ""
        place, parts = self.order.index(page), []
        for at, name, arrow in ((place - 1, "before", "← "), (place + 1, "after", "")):
            if 0 <= at < len(self.order):
                other = self.order[at]
                text = arrow + html.escape(self.titles[other]) + ("" if arrow else " →")
                parts.append(f'<a class="{name}" href="{self.link(page, other)}">{text}</a>')
        return f'<nav class="neighbours" aria-label="Reading order">{"".join(parts)}</nav>'

    def write(self, page, address, title, content, toc="", head=""):
        file = self.out / address
        file.parent.mkdir(parents=True, exist_ok=True)
        start = posixpath.dirname(address) or "."
        self.written[address] = (set(re.findall(r'\bid="([^"]+)"', content)), re.findall(r'\bhref="([^"]+)"', content))
        file.write_text(self.template.substitute(
            title=html.escape(title if title == "adafuse" else f"{title} · adafuse"), head=head,
            style=posixpath.relpath("style.css", start), home=posixpath.relpath("index.html", start),
            live=posixpath.relpath("live/index.html", start),
            reading=posixpath.relpath("docs/reading_order.html", start),
            reference=posixpath.relpath("reference/html/index.html", start),
            navigation=self.navigation(page), contents=toc, content=content, neighbours=self.neighbours(page)))

    def write_markdown(self, page):
        body, headings = self.markdown(page)
        shown = [h for h in headings if h[0] <= 3]
        toc = ""
        if len(shown) > 2:
            items = "".join(f'<li class="h{level}"><a href="#{anchor}">{html.escape(text)}</a></li>'
                            for level, text, anchor in shown)
            toc = f'<details class="toc"><summary>On this page</summary><ul>{items}</ul></details>'
        if page == "README.md":
            body = (self.root / "site/home.html").read_text() + re.sub(r"<h1.*?</h1>", "", body, count=1)
            toc = ""
        self.write(page, self.address(page), self.titles.get(page) or self.first_heading(page), body, toc)

    def write_source(self, file):
        data = (self.root / file).read_bytes()
        title = f"<h1 class=\"file\">{html.escape(file)}</h1>"
        try:
            text = data.decode() if len(data) <= LONGEST_SOURCE else None
        except UnicodeDecodeError:
            text = None
        if file.endswith(".svg"):
            body = title + self.picture(file, posixpath.basename(file), file)
        elif text is None:
            body = f"{title}<p>{len(data)} bytes of data.</p>"
        else:
            body = title + f'<pre class="source" tabindex="0"><code>{coloured(text, file=file)}</code></pre>'
        self.write(file, self.address(file), file, body)

    def write_list(self, directory):
        inside = sorted({f[len(directory):].split("/")[0] for f in self.files if f.startswith(directory)})
        items = []
        for name in inside:
            file = directory + name
            if file in self.files:
                if file not in self.order:
                    self.want(file)
                address = posixpath.relpath(self.address(file), f"source/{directory}")
                items.append(f'<li><a href="{address}">{html.escape(name)}</a></li>')
            else:
                self.want(file + "/")
                items.append(f'<li><a href="{html.escape(name)}/index.html">{html.escape(name)}/</a></li>')
        body = f'<h1 class="file">{html.escape(directory)}</h1><ul class="files">{"".join(items)}</ul>'
        self.write(directory, f"source/{directory}index.html", directory, body)

    def write_live(self):
        page = "live/index.html"
        self.want("site/live.cpp")
        body = (self.root / "site/live.html").read_text()
        head = '<link rel="stylesheet" href="live.css"><script src="live_module.js"></script>' \
               '<script type="module" src="live.js"></script>'
        self.write(page, page, self.titles[page], body, head=head)

    def follow_links(self):
        """Whether there is, in the site, what its pages link to. Of reference/ they know the beginning only."""
        for address, (_, links) in self.written.items():
            for href in map(html.unescape, links):
                path, _, anchor = href.partition("#")
                if re.match(r"[a-z]+:", path):
                    continue
                to = posixpath.normpath(posixpath.join(posixpath.dirname(address), path)) if path else address
                if to.startswith("reference/"):
                    continue
                if to not in self.written:
                    self.faults.append(f"{address}: links to {href}, which is not there")
                elif anchor and anchor not in self.written[to][0]:
                    self.faults.append(f"{address}: links to {href}, a heading that is not there")

    def build(self):
        for page in self.order:
            if page.endswith(".md"):
                self.write_markdown(page)
        self.write_live()
        while self.waiting:
            file = self.waiting.pop()
            if file.endswith("/"):
                self.write_list(file)
            elif file.endswith(".md"):
                self.write_markdown(file)
            else:
                self.write_source(file)
        self.follow_links()
        (self.out / "style.css").write_text((self.root / "site/style.css").read_text() + code_style() + picture_style())
        return self.faults


def coloured(text, language="", attrs="", file=""):
    """Code in colours; as it is where nobody knows its language."""
    try:
        lexer = get_lexer_for_filename(file) if file else get_lexer_by_name(language)
    except ClassNotFound:
        return html.escape(text)
    return highlight(text, lexer, HtmlFormatter(nowrap=True))


def code_style():
    light = HtmlFormatter(style="xcode").get_style_defs("pre")
    dark = HtmlFormatter(style="github-dark").get_style_defs("pre")
    keep = lambda rules: "\n".join(r for r in rules.split("\n") if r.startswith("pre ."))
    return f"\n{keep(light)}\n@media (prefers-color-scheme: dark) {{\n{keep(dark)}\n}}\n"


def picture_style():
    return "".join(f'svg [{what}="{colour}"] {{ {what}: var(--{name}); }}\n'
                   for colour, name in INKS.items() for what in ("fill", "stroke"))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: pages.py ROOT OUT")
    faults = Site(sys.argv[1], sys.argv[2]).build()
    for fault in faults:
        print("site:", fault, file=sys.stderr)
    sys.exit(1 if faults else 0)
