"""Typst among forks and threads, and a machine without fonts."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from textwrap import dedent

import pytest
from pypdf import PdfReader

from feedback.analysis import analyse
from feedback.contract.formats import Format
from feedback.rendering import render
from feedback.rendering.pdf import typeset
from tests.harness.exams import exam
from tests.harness.processes import ROOT


def run(script: str) -> str:
    """The output of a Python script in a process of its own; a hang fails after two minutes."""
    command = [sys.executable, "-c", dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_child_forked_after_a_compilation_sets_the_same_document() -> None:
    said = run(
        """
        import os
        from feedback.analysis import analyse
        from feedback.rendering import Format, render
        from tests.harness.exams import exam

        findings = analyse(exam(30))
        before = render(findings, Format.PDF)
        child = os.fork()
        if child == 0:
            os._exit(0 if render(findings, Format.PDF) == before else 1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        print(render(findings, Format.PDF) == before)
        """
    )
    assert said.split() == ["0", "True"]


def test_children_forked_before_any_compilation_compile_themselves() -> None:
    said = run(
        """
        import os
        from feedback.analysis import analyse
        from feedback.rendering import Format, pdf, render
        from tests.harness.exams import exam

        def never(data, moment):
            raise AssertionError("set elsewhere")

        pdf._set_elsewhere = never
        children = []
        for seed in range(3):
            child = os.fork()
            if child == 0:
                os._exit(0 if render(analyse(exam(30, seed=seed)), Format.PDF).body.startswith(b"%PDF-") else 1)
            children.append(child)
        print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
        """
    )
    assert said.strip() == "[0, 0, 0]"


def test_importing_the_room_compiles_nothing() -> None:
    assert run("import feedback.rendering.pdf.typeset as pdf; print(pdf._process.has_compiled)").strip() == "False"


def test_children_do_not_read_each_others_data() -> None:
    said = run(
        """
        import os
        from feedback.analysis import analyse
        from feedback.rendering import Format, render
        from tests.harness.documents import pdf_text
        from tests.harness.exams import exam

        wrong, children = 0, []
        for seed in range(4):
            child = os.fork()
            if child == 0:
                texts = [pdf_text(render(analyse(exam(30, seed=seed + 10 * n)), Format.PDF).body) for n in range(5)]
                right = [f"Student ID: exam-{seed + 10 * n}" in text for n, text in enumerate(texts)]
                os._exit(0 if all(right) else 1)
            children.append(child)
        print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
        """
    )
    assert said.strip() == "[0, 0, 0, 0]"


def test_every_document_of_a_thread_goes_through_one_file() -> None:
    said = run(
        """
        import os
        from feedback.analysis import analyse
        from feedback.rendering import Format, render
        from tests.harness.exams import exam

        for seed in range(3):
            render(analyse(exam(20, seed=seed)), Format.PDF)
        before = set(os.listdir("/dev/fd"))
        for seed in range(3, 8):
            render(analyse(exam(20, seed=seed)), Format.PDF)
        print(len(set(os.listdir("/dev/fd")) - before))
        """
    )
    assert said.strip() == "0"


def test_threads_set_documents_at_the_same_time() -> None:
    findings = [analyse(exam(40, seed=seed)) for seed in range(6)]
    alone = [render(each, Format.PDF) for each in findings]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda each: render(each, Format.PDF), findings * 3)) == alone * 3


def test_a_machine_without_fonts_sets_what_the_own_faces_have_and_all_else_as_code_points() -> None:
    said = run(
        """
        from feedback.rendering.pdf import fonts

        fonts.FOLDERS = ()
        from feedback.analysis import analyse
        from feedback.rendering import Format, missing_scripts, render
        from tests.harness.logs import save, student

        body = render(analyse(student(save("張", 0), student_id="Zoë Ελένη Иван 张 😀 𝕏 अ")), Format.PDF).body
        print(len(missing_scripts()), body.hex())
        """
    )
    missing, body = said.split()
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(bytes.fromhex(body))).pages)
    assert int(missing) > 20
    assert "Student ID: Zoë Ελένη Иван ⟨U+5F20⟩ ⟨U+1F600⟩ ⟨U+1D54F⟩ अ" in " ".join(text.split())


def test_a_fault_inside_typst_costs_one_document_and_not_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = analyse(exam(10))
    whole = render(findings, Format.PDF)
    panic = type("PanicException", (BaseException,), {})

    class Broken:
        def compile(self, **_: object) -> bytes:
            raise panic("index out of bounds")

    monkeypatch.setattr(typeset._thread, "compiler", Broken())
    # Set again with fewer characters, on a new compiler.
    assert render(findings, Format.PDF) == whole


def test_a_refusal_says_what_typst_said() -> None:
    with pytest.raises(typeset.CannotSetError, match="failed to parse JSON"):
        typeset.set_here(b"no json", 0)
