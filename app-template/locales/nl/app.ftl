counter-full = De teller is vol: hij stopt bij { $max }.
example-conflict = Iemand anders was sneller.
example-filtered = Deze gebeurtenis is niet voor jou bedoeld.
example-refused = Het voorbeeld weigerde “{ $kind }” te doen.
