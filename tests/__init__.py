import pytest

pytest.register_assert_rewrite("tests.browsing")  # what a page was heard to say is told where it fails
