from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from mer.core.errors import DataError
from mer.figures.contact_sheet import SheetRow, contact_sheet, flow_colours
from mer.figures.figure_file import save_figure

RIGHT, DOWN, LEFT, UP = (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)


@pytest.fixture
def row():
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (2, 30, 40, 3), dtype=np.uint8)
    prepared = rng.integers(0, 200, (2, 20, 20), dtype=np.uint8)
    return SheetRow(
        name="casme2:sub01:EP02_01f",
        onset=frames[0],
        apex=frames[1],
        landmarks=rng.uniform(5, 25, (68, 2)),
        outline=np.array([[5, 5], [25, 5], [25, 25], [5, 25.0]]),
        prepared_onset=prepared[0],
        prepared_apex=prepared[1],
        flow=rng.normal(size=(2, 20, 20)),
        strain=rng.random((20, 20)),
        note="apex 31 spotted, 35 annotated",
    )


def single(displacement, largest=1.0):
    return flow_colours(np.reshape(displacement, (2, 1, 1)), largest)[0, 0].tolist()


def texts(figure):
    """All texts, their lines joined."""
    return [" ".join(text.get_text().split()) for text in figure.texts]


def named(figure, label):
    return next(axes for axes in figure.axes if axes.get_label() == label)


def headings(figure):
    return list(dict.fromkeys(axes.get_label().split(":")[0] for axes in figure.axes))


def drawn(figure):
    """Pixels of the page, (H, W, 3)."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(int)


def pixel_at(figure, axes, x, y):
    """Colour of the page at a point of the axes."""
    page = drawn(figure)
    column, up = axes.transData.transform((x, y))
    return page[int(page.shape[0] - up), int(column)]


def test_the_hue_of_a_flow_is_its_direction():
    # Hues of 0, 90, 180 and 270 degrees.
    assert single(RIGHT) == [255, 0, 0]
    assert single(DOWN) == [128, 255, 0]
    assert single(LEFT) == [0, 255, 255]
    assert single(UP) == [128, 0, 255]


def test_the_saturation_of_a_flow_is_its_length():
    assert single((0, 0)) == [255, 255, 255]
    assert single(RIGHT, largest=2) == [255, 128, 128]
    assert single((3, 4), largest=10) == single((0.3, 0.4), largest=1)
    assert single((7, 0), largest=2) == [255, 0, 0]


def test_flow_without_movement_is_white_and_without_numbers_black():
    assert single((0, 0), largest=0) == [255, 255, 255]
    assert single((np.nan, 1)) == single((np.inf, 1)) == [0, 0, 0]


@pytest.mark.parametrize("degrees", [15, 75, 105, 180, 255, 345])
def test_the_wheel_lies_as_movements_are_seen_on_the_page(row, degrees):
    figure = contact_sheet([row], "t")
    page = drawn(figure)
    # No angle lies below an arrow. The middle and the rim in pixels of the page, rows from its top.
    (column, up), rim = named(figure, "flow: legend").transData.transform([(0, 0), (1, 0)])
    right, down = 0.8 * np.cos(np.radians(degrees)), 0.8 * np.sin(np.radians(degrees))
    radius = abs(rim[0] - column)
    seen = page[int(page.shape[0] - up + radius * down), int(column + radius * right)]
    np.testing.assert_allclose(seen, single((right, down)), atol=15)


def test_the_arrows_of_the_wheel_name_its_directions(row):
    wheel = named(contact_sheet([row], "t"), "flow: legend")
    places = {text.get_text(): wheel.transData.transform(text.get_position()) for text in wheel.texts}
    middle = wheel.transData.transform((0, 0))
    assert places["u"][0] > middle[0]
    assert places["u"][1] == middle[1]
    assert places["v"][1] < middle[1]  # heights grow upwards
    assert places["v"][0] == middle[0]


@pytest.mark.parametrize("direction", [RIGHT, DOWN, LEFT, UP])
def test_pictures_of_flow_have_the_colours_of_the_wheel(row, direction):
    flow = np.zeros((2, 20, 20))
    flow[:, 10:] = np.reshape(direction, (2, 1, 1))  # the lower half moves
    figure = contact_sheet([replace(row, flow=flow)], "t")
    axes = named(figure, f"flow: {row.name}")
    np.testing.assert_allclose(pixel_at(figure, axes, 10, 15), single(direction), atol=2)
    assert pixel_at(figure, axes, 10, 4).tolist() == [255, 255, 255]


def test_columns_without_data_are_left_out(row):
    full = [
        "onset as read",
        "apex as read",
        "prepared onset",
        "prepared apex",
        "|apex – onset|",
        "flow",
        "strain",
    ]
    assert headings(contact_sheet([row], "t")) == full
    bare = replace(row, apex=None, prepared_apex=None, flow=None, strain=None)
    figure = contact_sheet([bare], "t")
    assert headings(figure) == ["onset as read", "prepared onset"]
    assert not any("scale" in text for text in texts(figure))
    assert headings(contact_sheet([replace(row, strain=None)], "t")) == full[:-1]


def test_what_one_clip_lacks_is_a_dash(row):
    bare = SheetRow("bare", row.onset[..., 0], None, None, None, row.prepared_onset, None, None, None)
    figure = contact_sheet([row, bare], "t")
    assert len(headings(figure)) == 7
    for heading in ("apex as read", "prepared apex", "|apex – onset|", "flow", "strain"):
        axes = named(figure, f"{heading}: bare")
        assert [text.get_text() for text in axes.texts] == ["–"]
        assert not axes.images
        assert not named(figure, f"{heading}: {row.name}").texts
    drawn(figure)


def test_landmarks_and_outline_lie_where_they_are_in_the_frame(row):
    axes = named(contact_sheet([row], "t"), f"onset as read: {row.name}")
    np.testing.assert_allclose(axes.collections[0].get_offsets(), row.landmarks)
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [*row.outline, row.outline[0]])
    assert (axes.get_xlim(), axes.get_ylim()) == ((-0.5, 39.5), (29.5, -0.5))
    whole = contact_sheet([replace(row, landmarks=None, outline=None)], "t")
    axes = named(whole, f"onset as read: {row.name}")
    assert not axes.collections
    assert axes.lines[0].get_xydata()[2].tolist() == [39.5, 29.5]


def test_an_outline_is_followed_a_quarter_of_the_frame_beyond_its_border(row):
    outline = np.array([[-5, 5], [25, 5], [25, 900], [-5, 900.0]])
    axes = named(contact_sheet([replace(row, outline=outline)], "t"), f"onset as read: {row.name}")
    assert (axes.get_xlim(), axes.get_ylim()) == ((-5, 39.5), (37, -0.5))


def test_the_difference_is_in_grey_levels(row):
    onset = np.full((20, 20, 3), 100, np.uint8)
    apex = onset.copy()
    apex[:2] = [100, 70, 40]  # mean change of 30 in a tenth of the pixels
    figure = contact_sheet([replace(row, prepared_onset=onset, prepared_apex=apex)], "t")
    shown = named(figure, f"|apex – onset|: {row.name}").images[0].get_array()
    np.testing.assert_allclose(shown[[1, 2], 0], [30, 0])
    assert "scale 30 levels max 30 levels" in texts(figure)
    floats = replace(row, prepared_onset=onset / 255, prepared_apex=apex / 255)
    assert "scale 30 levels max 30 levels" in texts(contact_sheet([floats], "t"))


def test_scales_end_at_the_99th_percentile_and_the_maximum_is_written(row):
    flow = np.zeros((2, 20, 20))
    flow[0] = 1.5
    flow[:, 0, 0] = 3, 4  # one pixel of 400
    strain = np.zeros((20, 20))
    strain[0, 0] = 0.25  # the percentile is nought
    figure = contact_sheet([replace(row, flow=flow, strain=strain)], "t")
    assert "scale 1.5 px max 5 px" in texts(figure)
    assert "scale 0.25 max 0.25" in texts(figure)
    assert named(figure, f"flow: {row.name}").images[0].get_array()[9, 9].tolist() == [255, 0, 0]
    assert named(figure, f"strain: {row.name}").images[0].get_clim() == (0, 0.25)
    assert "99th percentile" in texts(figure)[1]


def test_values_that_are_no_numbers_are_drawn_and_told(row):
    flow, strain = row.flow.copy(), np.full((20, 20), np.nan)
    flow[0, 3, 3] = np.nan
    figure = contact_sheet([replace(row, flow=flow, strain=strain)], "t")
    drawn(figure)
    assert "scale 0 max nan" in texts(figure)
    assert sum("max nan px" in text for text in texts(figure)) == 1


def test_title_caption_names_and_notes_are_written(row):
    caption = "Every clip was aligned by its first frame. " * 8
    figure = contact_sheet([row, replace(row, name="b", note=r"costs $\5 or $6")], "A title", caption)
    drawn(figure)  # a formula would fail here
    written = texts(figure)
    assert written[0] == "A title"
    assert written[1].startswith(caption.strip())
    # A name may break after an underscore, so compare without blanks.
    assert row.name in [text.replace(" ", "") for text in written]
    for text in (row.note, "b", r"costs $\5 or $6", "40 x 30 px", "20 x 20 px"):
        assert text in written


def test_no_text_leaves_the_page_or_meets_another(row):
    rows = [
        replace(row, name=f"casme_squared:s15:15_0101disgustingteeth{i}", note="long note " * 30)
        for i in range(3)
    ]
    figure = contact_sheet(rows, "Preprocessing MMEW " * 9, "caption " * 60)
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.texts if text.get_text()]
    for axes in figure.axes:
        legend = [*axes.images, *(text for text in axes.texts if text.get_text())]
        parts = legend if axes.get_label().endswith("legend") else [axes]
        boxes += [part.get_window_extent(renderer) for part in parts]
    for i, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
        assert not [other for other in boxes[:i] if box.overlaps(other)]


def test_what_cannot_be_drawn_is_refused(row):
    with pytest.raises(DataError, match="at least one clip"):
        contact_sheet([], "t")
    with pytest.raises(
        DataError, match=r"EP02_01f: expected flow of shape \(2, h, w\), not empty, got \(20, 20, 2\)"
    ):
        contact_sheet([replace(row, flow=np.zeros((20, 20, 2)))], "t")
    with pytest.raises(DataError, match=r"onset of shape \(H, W\) or \(H, W, 3\), not empty, got \(0, 4\)"):
        contact_sheet([replace(row, onset=np.zeros((0, 4), np.uint8))], "t")
    with pytest.raises(
        DataError, match=r"one shape, got \(20, 20\) for the onset and \(20, 10\) for the apex"
    ):
        contact_sheet([replace(row, prepared_apex=row.prepared_onset[:, :10])], "t")


def test_the_same_sheet_gives_the_same_file(row, tmp_path):
    for name in ("a", "b"):
        for suffix in ("png", "pdf"):
            save_figure(contact_sheet([row] * 2, "t"), tmp_path / f"{name}.{suffix}")
    for suffix in ("png", "pdf"):
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert image.width == 1500
