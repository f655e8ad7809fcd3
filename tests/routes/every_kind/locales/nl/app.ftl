counter-full = De teller is vol: { $max }.
refused-everywhere = Nee.
