"""What the page Users at risk reads, and how that is drawn."""
