counter-full = De teller is vol: hij stopt bij { $max }.
example-conflict = Iemand anders was sneller.
example-filtered = Deze gebeurtenis is niet voor jou bedoeld.
example-refused = Het voorbeeld weigerde “{ $kind }” te doen.
note-gone = Dit briefje is er niet meer.
note-host-only = Alleen een gastheer mag een briefje verbergen.
note-taken = Er is al een briefje met deze naam.
