"""MkDocs hook: the Markdown files of the top folder become pages, and links are turned to lead there.

In the repository a link such as `../ARCHITECTURE.md` or `../.env.example` is right as it stands. On the site the first
is a page of its own, and the second is no page: there the link's text remains, with the path behind it.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
# The file in the repository, and the page made of it.
PAGES = {f"{name}.md": f"{name.lower()}.md" for name in ("ARCHITECTURE", "CHANGELOG", "CONTRIBUTING", "SECURITY")}
PAGES["clients/python/README.md"] = "python-client.md"
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)]*)?\)")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    for source, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    here = page.file.src_uri
    top = {made: source for source, made in PAGES.items()}.get(here)
    folder = "" if top else posixpath.dirname(f"docs/{here}")
    return _LINK.sub(lambda link: _for_the_site(link, folder, here, files), markdown)


def _for_the_site(link: re.Match[str], folder: str, here: str, files: Files) -> str:
    """The link as the page `here` needs it; `folder` is that of its source in the repository."""
    words, target, anchor = link[1], link[2], link[3] or ""
    path = posixpath.normpath(posixpath.join(folder, target))
    page = PAGES.get(path, path.removeprefix("docs/"))
    if files.get_file_from_path(page):
        return f"[{words}]({posixpath.relpath(page, posixpath.dirname(here) or '.')}{anchor})"
    if path.startswith("docs/") or not (ROOT / path).exists():
        return link[0]  # wrong in the repository too: MkDocs says so
    return words if path in words else f"{words} (`{path}`)"
