import numpy as np
from numpy.typing import NDArray

def count_words(
    texts: list[str], starts: NDArray[np.int64]
) -> tuple[list[str], bytearray, bytearray]: ...
