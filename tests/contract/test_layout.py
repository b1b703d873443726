"""The layout that folders and archives share."""

import pytest

from feedback.contract import layout
from feedback.contract.formats import Format
from feedback.contract.layout import DOCUMENTS, Output


def test_a_report_and_a_class_report_stand_where_the_layout_says() -> None:
    assert layout.report_path(Output.JSON, "ada") == "json/ada.json"
    assert layout.class_path(Output.JSON) == "class.json"


@pytest.mark.parametrize("format_", Format)
def test_a_document_of_the_service_has_the_path_of_a_document_of_the_command_line(format_: Format) -> None:
    assert Output(format_) in DOCUMENTS
    assert layout.report_path(format_, "ada") == layout.report_path(Output(format_), "ada")
    assert layout.class_path(format_) == layout.class_path(Output(format_))
    assert layout.report_path(format_, "ada").endswith(format_.suffix)
