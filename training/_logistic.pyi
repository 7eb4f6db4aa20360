import numpy as np
from numpy.typing import NDArray

#: Columns that can be fitted.
MOST: int

def newton(
    columns: NDArray[np.float64],
    target: NDArray[np.float64],
    coef: NDArray[np.float64],
    steps: int,
    small: float,
    ridge: float,
) -> None: ...
def loss(z: NDArray[np.float64], target: NDArray[np.float64]) -> float: ...
