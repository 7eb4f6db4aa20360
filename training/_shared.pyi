import numpy as np
from numpy.typing import NDArray

def count_shared(texts: list[str], shared: NDArray[np.int64], own: NDArray[np.int64]) -> None: ...
