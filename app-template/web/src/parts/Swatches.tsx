import { useId } from "react";
import type { Color } from "../_sockets/apiTypes.generated";
import { useWords } from "../language/LanguageProvider";
import { COLORS } from "./colors";

interface SwatchesProps {
  readonly legend: string;
  readonly value: Color;
  /** The beginning of the test ids: `mood` for `mood-blue`. */
  readonly testId: string;
  readonly isDisabled?: boolean;
  /** Small ones stand in a row with other tools, and say their legend to screen readers alone. */
  readonly isSmall?: boolean;
  onChange(color: Color): void;
}

/** The colours to choose from, as a row of dots. */
export function Swatches({ legend, value, testId, isDisabled = false, isSmall = false, onChange }: SwatchesProps) {
  const words = useWords();
  const name = useId();
  return (
    <fieldset className={isSmall ? "swatches small" : "swatches"} disabled={isDisabled}>
      <legend className={isSmall ? "visually-hidden" : undefined}>{legend}</legend>
      {COLORS.map((color) => (
        <label key={color} className="swatch" data-color={color} data-testid={`${testId}-${color}`}>
          <input type="radio" name={name} checked={color === value} onChange={() => onChange(color)} />
          <span className="visually-hidden">{words.here.colors[color]}</span>
        </label>
      ))}
    </fieldset>
  );
}
