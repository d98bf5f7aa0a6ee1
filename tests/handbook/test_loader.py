"""A counselor's edits: taken up file by file, and refused with the file and the line."""

from pathlib import Path

import pytest

from bot.handbook.errors import HandbookError, Problem
from bot.handbook.loader import PACKAGED, load, sources
from tests.support.sources import files


def edit(folder: Path, file: str, old: str, new: str) -> int:
    """Put a changed copy of a packaged file into `folder`; tells the line where the change begins."""
    text = (PACKAGED / file).read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    (folder / file).write_text(changed, encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(HandbookError) as raised:
        load(folder)
    assert str(raised.value).splitlines() == [str(problem) for problem in raised.value.problems]
    return raised.value.problems


def test_an_edited_file_stands_in_for_the_packaged_one(tmp_path: Path) -> None:
    edit(tmp_path, "home.toml", 'title = "Hello, {name}"', 'title = "Welcome, {name}"')
    edited, packaged = load(tmp_path), load()
    assert edited.home.welcome.title == "Welcome, {name}"
    assert edited.home.warm_start == packaged.home.warm_start
    assert edited.topics == packaged.topics


def test_an_empty_folder_changes_nothing(tmp_path: Path) -> None:
    assert load(tmp_path) == load()


def test_files_as_windows_saves_them(tmp_path: Path) -> None:
    for file in files(PACKAGED, "*.toml"):
        (tmp_path / file.name).write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert load(tmp_path) == load()


@pytest.mark.parametrize(
    ("file", "change", "offset", "says"),
    [
        # `offset`: lines from the start of the edit to the line that is named
        ("topics.toml", ('key = "why"', 'key = "what"'), 0, "'what' is there twice"),
        ("topics.toml", ('key = "why"', 'key = "Why?"'), 0, '"key" may hold only'),
        ("topics.toml", ('[[topic]]\nkey = "why"\n', "[[topic]]\n"), 0, '"key" is missing'),
        ("topics.toml", ('title = "Why do it"', "title = 3"), 0, '"title" must be text in quotes'),
        ("topics.toml", ('title = "Why do it"', 'title = " "'), 0, '"title" is empty'),
        (
            "topics.toml",
            ('title = "Why do it"', 'title = "Why do it"\ncolour = "red"'),
            1,
            '"colour" is not a word',
        ),
        ("topics.toml", ('text = "You clarify your goals."', ""), -1, '"text" is missing'),
        ("topics.toml", ('text = "You clarify your goals."', 'texts = "x"'), -1, '"text" is missing'),
        ("topics.toml", ('text = "You clarify your goals."', 'text = ["x"]'), 0, '"text" must be text in quotes'),
        (
            "topics.toml",
            (
                'text = "You clarify your goals."\nsource = "handout"',
                'text = "You clarify your goals."\nsource = "handot"',
            ),
            1,
            "\"source\" must be 'handout', 'reconstructed' or 'added'",
        ),
        ("topics.toml", ('text = "You clarify your goals."', f'text = "{"x" * 501}"'), 0, "longer than 500"),
        ("evaluation.toml", ("number = 7", "number = 6"), 0, "6 is there twice"),
        ("evaluation.toml", ("number = 7", 'number = "7"'), 0, '"number" must be a whole number'),
        ("evaluation.toml", ("number = 11", "number = 12"), 0, '"number" must be at most 11'),
        ("evaluation.toml", ('kind = "open"', 'kind = "essay"'), 0, "\"kind\" must be 'verdict'"),
        ("evaluation.toml", ("{answered} of 11", "{done} of 11"), 0, "nothing fills {done}"),
        ("interviews.toml", ("feeds = [3, 4]", "feeds = [3, 14]"), 0, '"feeds" must be at most 11'),
        ("interviews.toml", ("feeds = [3, 4]", "feeds = []"), 0, '"feeds": there must be at least one'),
        ("interviews.toml", ('category = "day"', 'category = "night"'), 0, "\"category\" must be 'path'"),
        ("interviews.toml", ("minutes = 12", "minutes = 15"), -13, "add up to 23, and must add up to 20"),
        ("interviews.toml", ("[categories.pay]", "[categories.wages]"), 0, '"wages" is not a word'),
        (
            "pings.toml",
            ("meeting with {name}", "meeting with {nmae}"),
            0,
            "nothing fills {nmae} (known here: {name})",
        ),
        ("pings.toml", ("meeting with {name}", "meeting with {name"), 0, "a brace belongs to no placeholder"),
        ("pings.toml", ('"To-do"', '"To-do for {name}"'), 0, "nothing fills {name} (known here: no braces)"),
        ("pings.toml", ("[ping.soon]", "[ping.fanfare]"), 0, '"fanfare" is not a word'),
        ("contacts.toml", ("interviews = 5", "interviews = 0"), 0, '"interviews" must be at least 1'),
        ("contacts.toml", ('[place."Event"]', '[place."Fair"]'), 0, '"Fair" is not a word'),
        ("thank_yous.toml", ("[phrases.promise]", "[phrases.vow]"), 0, '"vow" is not a word'),
        ("thank_yous.toml", ("Dear {contact},", "Hello,"), 0, "{contact} is missing"),
        ("thank_yous.toml", ("Dear {contact},", "Dear {contact} and {team},"), 0, "nothing fills {team}"),
        ("thank_yous.toml", ("[findings.too_long]", "[findings.too_lnog]"), 0, '"too_lnog" is not a word'),
        # not TOML at all
        ("topics.toml", ('title = "Why do it"', 'title = "Why do it'), 0, "Illegal character"),
        ("topics.toml", ('title = "Why do it"', "title = Why do it"), 0, "Invalid value"),
        ("topics.toml", ('title = "Why do it"', 'title = "Why"\ntitle = "Why do it"'), 1, "Cannot overwrite"),
    ],
)
def test_a_wrong_edit_is_named_with_its_line(
    tmp_path: Path, file: str, change: tuple[str, str], offset: int, says: str
) -> None:
    line = edit(tmp_path, file, *change) + offset
    found = problems(tmp_path)
    assert {problem.file for problem in found} == {file}
    assert [problem for problem in found if problem.line == line and says in problem.message], found


def test_an_unclosed_text_is_found_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "home.toml").write_text('[welcome]\ntitle = """Hello\n\n', encoding="utf-8")
    assert [(problem.file, problem.line) for problem in problems(tmp_path)] == [("home.toml", 2)]


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    edit(tmp_path, "topics.toml", 'title = "Why do it"', "title = Why do it")
    goal = edit(tmp_path, "contacts.toml", "interviews = 5", 'interviews = "many"')
    soon = edit(tmp_path, "pings.toml", "meeting with {name}", "meeting with {nmae}")
    text = (tmp_path / "pings.toml").read_text(encoding="utf-8")
    (tmp_path / "pings.toml").write_text(text.replace("[ping.combined]", "[ping.all]"), encoding="utf-8")
    found = problems(tmp_path)
    assert [problem.file for problem in found] == ["contacts.toml", *["pings.toml"] * 3, "topics.toml"]
    assert found[0].line == goal
    assert soon in {problem.line for problem in found}


def test_a_missing_part_is_named_at_the_top_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "home.toml").write_text("", encoding="utf-8")
    assert Problem("home.toml", 1, '"welcome" is missing') in problems(tmp_path)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "home.toml").write_bytes("[welcome]\ntitle = 'Olá'\n".encode("latin-1"))
    assert problems(tmp_path) == [Problem("home.toml", 2, "is not UTF-8; save the file as UTF-8")]


def test_a_misspelt_file_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "topic.toml").write_text("", encoding="utf-8")
    assert [str(problem) for problem in problems(tmp_path)] == [
        "topic.toml: the handbook has no such file; it knows topics.toml"
    ]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert problems(tmp_path / "gone") == [Problem(str(tmp_path / "gone"), None, "there is no such folder")]


def test_a_topic_that_fits_no_page(tmp_path: Path) -> None:
    line = '\n[[topic.line]]\nsource = "added"\ntext = "' + "long " * 90 + '"\n'
    (tmp_path / "topics.toml").write_text(
        '[[topic]]\nkey = "a"\ntitle = "A"\nsummary = "A"\nsource = "added"\n' + line * 9,
        encoding="utf-8",
    )
    found = problems(tmp_path)
    assert [problem.line for problem in found] == [1]
    assert "make two topics of it" in found[0].message


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("topics.toml.txt", "topics.toml.txt: is not read under this name; rename it to topics.toml"),
        ("TOPICS.TOML", "TOPICS.TOML: is not read under this name; rename it to topics.toml"),
        ("Topics.toml", "Topics.toml: is not read under this name; rename it to topics.toml"),
        ("Topics.TOML.TXT", "Topics.TOML.TXT: is not read under this name; rename it to topics.toml"),
        ("topic.TOML", "topic.TOML: the handbook has no such file; it knows topics.toml"),
        (
            "text/topics.toml",
            "text: files in a folder are not read: move them out of it, or let HANDBOOK_DIR name it",
        ),
    ],
)
def test_a_file_that_would_be_passed_over_is_named(tmp_path: Path, name: str, said: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("", encoding="utf-8")
    assert list(map(str, problems(tmp_path))) == [said]


def test_a_link_to_nothing_and_a_file_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "home.toml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "topics.toml").mkdir()
    assert list(map(str, problems(tmp_path))) == [
        "home.toml: is no file, or a link to something that is not there",
        "topics.toml: is no file, or a link to something that is not there",
    ]


def test_other_things_in_the_folder_are_nobodys_business(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in ("README.md", "topics.toml.bak", "notes.txt", ".DS_Store", "Thumbs.db"):
        (tmp_path / name).touch()
    edit(tmp_path, "home.toml", 'title = "Hello, {name}"', 'title = "Welcome, {name}"')
    assert load(tmp_path).home.welcome.title == "Welcome, {name}"
    used, others = sources(tmp_path)
    assert [path.name for path in used] == ["home.toml"]
    assert len(others) == 6
    assert sources(None) == ([], [])
