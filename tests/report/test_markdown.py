"""What jobs write as Markdown, read back."""

from mer.report.markdown import Item, inline, read_blocks

TEXT = """# Leak audit of p

- 9 clips.
- People:
    - anna: a:1, b:2
- **Not subject-disjoint**.

A paragraph
of two lines.

| fold | clips |
|:---|---:|
| s01 | 3 |
| s02 | 4 |

```json
# no heading
- no list
```

## More
"""


def test_every_kind_of_block_is_told():
    title, blocks = read_blocks(TEXT)
    assert title == "Leak audit of p"
    assert [block.kind for block in blocks] == ["list", "text", "table", "code", "heading"]
    assert blocks[0].items[1] == Item("People:", ("anna: a:1, b:2",))
    assert blocks[1].text == "A paragraph\nof two lines."
    assert blocks[2].header == ("fold", "clips")
    assert blocks[2].rows == (("s01", "3"), ("s02", "4"))
    assert blocks[3].text == "# no heading\n- no list"


def test_columns_of_numbers_are_told_from_words():
    text = (
        "| Method | Difference | 95 % interval | p | Place |\n|:--|:--|:--|:--|:--|\n"
        "| net | +0.1000 | 0.1 to 0.2 | <0.0001 | tower 3 |\n| fr | -0.0100 | – | – | 2 |\n"
    )
    (block,) = read_blocks(text)[1]
    assert [block.is_number(column) for column in range(5)] == [False, True, True, True, False]


def test_a_text_without_heading_has_no_title():
    assert read_blocks("- one\n") == ("", read_blocks("# t\n- one\n")[1])
    assert read_blocks("") == ("", [])


def test_nothing_but_bold_becomes_markup():
    assert inline("<b>x</b> **<i>**") == "&lt;b&gt;x&lt;/b&gt; <strong>&lt;i&gt;</strong>"
    assert inline("2 ** 3") == "2 ** 3"
