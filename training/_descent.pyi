import numpy as np
from numpy.typing import NDArray

#: Columns that are fitted at a time.
WIDTH: int

def descend(
    starts: NDArray[np.int64],
    features: NDArray[np.int32],
    values: NDArray[np.float32],
    squares: NDArray[np.float32],
    truth: NDArray[np.float32],
    ridge: NDArray[np.float32],
    columns: NDArray[np.float32],
    room: NDArray[np.float32],
    order: NDArray[np.int32],
    awake: NDArray[np.uint8],
    tolerance: float,
    most: int,
) -> tuple[list[float], list[bool]]: ...
