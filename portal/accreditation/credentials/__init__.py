"""The credential that stands for a certificate: Open Badges 3.0 as a signed JWT, its status lists, its pictures, and how it is checked."""
