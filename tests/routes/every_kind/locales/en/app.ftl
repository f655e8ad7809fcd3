counter-full = The counter is full: { $max }.
refused-everywhere = No.
