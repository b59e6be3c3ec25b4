"""`make bench` and `python -m bench`."""

from bench.comparing import main

if __name__ == "__main__":
    main()
