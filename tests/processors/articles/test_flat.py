"""An object of flat names alone is read without the table of shapes, to the same result."""

import pytest

from processors.articles.flat import FLAT_NAMES
from processors.articles.formats.shapes import COMMON, FIELDS, packaged_shapes
from processors.articles.ninjs import is_ninjs

NAMES_OF = {
    "id": {"id", "uri"},
    "title": {"title", "headline"},
    "text": {"text", "body"},
    "published": {"published"},
    "version": {"version", "revision"},
}


def test_no_shape_is_recognised_by_flat_names_alone() -> None:
    shapes = [shape for shape in packaged_shapes().values() if shape.name != COMMON]
    scalars = dict.fromkeys(FLAT_NAMES, "x")
    assert [shape.name for shape in shapes if shape.fits(scalars)] == []
    assert not is_ninjs(scalars)


@pytest.mark.parametrize("field", FIELDS)
def test_the_common_names_add_no_flat_name_to_a_field(field: str) -> None:
    paths = getattr(packaged_shapes()[COMMON], field)
    common = {path[0] for path in paths if len(path) == 1} & FLAT_NAMES
    assert common <= NAMES_OF.get(field, {field})
