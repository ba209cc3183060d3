from mer.core.errors import listed, unknown_name


def test_unknown_name_suggests_the_nearest_and_lists_all():
    message = unknown_name("method", "lbptop", ["majority", "lbp_top"])
    assert message == "Unknown method 'lbptop'. Did you mean 'lbp_top'? Known methods: lbp_top, majority."


def test_unknown_name_without_a_near_one_suggests_nothing():
    assert unknown_name("class", "zzz", ["a"]) == "Unknown class 'zzz'. Known classes: a."


def test_listed_stops_after_twenty_and_says_how_many_are_left():
    text = listed("title:", [f"p{i}" for i in range(25)])
    assert text.splitlines()[0] == "title:"
    assert text.splitlines()[-1] == "  and 5 more"
    assert len(text.splitlines()) == 22
