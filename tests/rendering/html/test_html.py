"""The page as a file: self-contained, small, and with its charts in words."""

import re
from xml.etree import ElementTree as ET

from feedback.analysis import analyse, analyse_class
from feedback.contract.formats import Format
from feedback.rendering import RenderOptions, render, render_class
from tests.harness.documents import Parsed, html_of
from tests.harness.exams import MANY_QUESTIONS, exam


def drawings(page: str) -> list[str]:
    return re.findall(r"<svg.*?</svg>", page, re.DOTALL)


def test_it_is_one_file_below_200_kb_for_380_events() -> None:
    for who in (MANY_QUESTIONS, exam(380, 8, seed=4)):
        page = html_of(who)
        assert len(page.encode()) < 200_000
        names = {tag for tag, _ in Parsed(page).tags}
        assert not names & {"script", "link", "img", "iframe", "object", "audio", "video"}
        assert "url(" not in page
        assert "@import" not in page


def test_every_drawing_is_xml_and_follows_the_rules() -> None:
    findings = analyse_class(analyse(exam(40, seed=seed)) for seed in range(3))
    for page in (html_of(exam()), render_class(findings, Format.HTML).body.decode()):
        assert len(drawings(page)) > 3
        for drawing in drawings(page):
            ET.fromstring(drawing)  # noqa: S314 - our own
            assert "style=" not in drawing
            assert "var(" not in drawing
            assert "currentColor" not in drawing


def test_a_chart_has_a_name_and_a_description_and_decoration_has_none() -> None:
    for drawing in drawings(html_of(exam())):
        described = "<title" in drawing and "<desc" in drawing and 'role="img"' in drawing
        assert described != ('aria-hidden="true"' in drawing)


def test_ids_are_unique_and_every_reference_has_its_target() -> None:
    tags = Parsed(html_of(exam())).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    referred = {name for _, attributes in tags for name in (attributes.get("aria-labelledby") or "").split()}
    assert referred <= set(ids)


def test_the_class_page_links_every_student_to_the_given_address() -> None:
    findings = analyse_class(analyse(exam(20, seed=seed)) for seed in range(3))
    links = ["html/a.html", "html/b c.html?x=1&y=2", ""]
    page = Parsed(render_class(findings, Format.HTML, RenderOptions(), links).body.decode())
    assert {attributes["href"] for tag, attributes in page.tags if tag == "a"} == set(links[:2])
    assert page.text.count("exam-") >= 3


def test_the_artifact_has_a_safe_name_and_its_type() -> None:
    artifact = render(analyse(exam(5)), Format.HTML)
    assert (artifact.filename, artifact.media_type) == ("exam-7.html", "text/html")
