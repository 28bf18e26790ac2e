"""The way back from a model's scale is the way there, the other way round."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.surrogates.forest import logarithms
from search.surrogates.observations import standardised
from search.surrogates.scales import Logarithms, Standard

losses = st.lists(st.integers(-1000, 1000).map(lambda n: n / 100), min_size=2, max_size=30).map(
    np.array
)


@given(losses)
def test_standardised_losses_are_found_again(known):
    np.testing.assert_allclose(Standard.of(known).losses(standardised(known)), known, atol=1e-9)


@given(losses)
def test_the_logarithms_of_a_forest_are_found_again(known):
    values = standardised(known)
    told = logarithms(values)
    scale = Logarithms.of(Standard.of(known), values, told)
    np.testing.assert_allclose(scale.losses(told), known, atol=1e-6)
    assert scale.losses(np.array([5.0]))[0] <= known.max() + 1e-6
