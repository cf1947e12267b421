"""Draw the reference pictures anew: ``python -m tests.draw_pictures``. Look at them before you keep them."""

from tests.test_report_spread import COMPARED, REFERENCES, write_shapes

if __name__ == "__main__":
    for name in COMPARED:
        write_shapes(name, REFERENCES / f"{name}.png")
