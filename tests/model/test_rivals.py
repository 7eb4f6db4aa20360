"""How far a topic is ahead of all others, and what makes it so."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import logit, softmax

from copytaster.model import rivals

SCORES = arrays(np.float64, st.integers(2, 12), elements=st.floats(-30, 30))


@given(SCORES)
def test_a_lead_is_the_logit_of_the_softmax(scores: np.ndarray) -> None:
    found = rivals.ahead(scores)
    share = softmax(scores)
    plain = share < 0.999
    np.testing.assert_allclose(found[plain], logit(share[plain]), rtol=1e-9, atol=1e-9)
    assert np.isfinite(found).all()
    assert scores[found.argmax()] == pytest.approx(scores.max(), abs=1e-9)


def test_a_lead_too_far_to_tell_is_finite_and_rows_stand_for_themselves() -> None:
    scores = np.array([[1e4, 0.0, -1e4], [0.0, 0.0, 0.0]])
    found = rivals.ahead(scores)
    assert np.isfinite(found).all()
    assert np.array_equal(found[1], rivals.ahead(scores[1]))
    np.testing.assert_allclose(found[1], -np.log(2))
    np.testing.assert_allclose(rivals.ahead(np.array([3.0, 1.0])), [2.0, -2.0])


@given(SCORES, st.data())
def test_what_each_topic_does_sums_to_the_change_of_the_lead(
    start: np.ndarray, data: st.DataObject
) -> None:
    end = data.draw(arrays(np.float64, start.shape, elements=st.floats(-30, 30)))
    topic = data.draw(st.integers(0, len(start) - 1))
    found = rivals.mixture(start, end, topic)
    assert found[topic] == 1
    assert np.delete(found, topic).sum() == pytest.approx(-1)
    assert (np.delete(found, topic) <= 0).all()
    change = rivals.ahead(end)[topic] - rivals.ahead(start)[topic]
    assert found @ (end - start) == pytest.approx(change, abs=1e-8)
