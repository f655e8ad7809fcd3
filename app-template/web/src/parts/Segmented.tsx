import { type ReactNode, useId } from "react";

interface SegmentedProps<Value extends string> {
  readonly legend: string;
  readonly hint: ReactNode;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly code: string }[];
  readonly value: Value;
  readonly testId: string;
  onChange(value: Value): void;
}

/** A row of radio buttons that looks like one control. */
export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
  const { legend, hint, options, value, testId, onChange } = props;
  const name = useId();
  return (
    <fieldset className="segmented" aria-describedby={`${name}-hint`}>
      <legend>{legend}</legend>
      <div className="segments">
        {options.map((option) => (
          <label key={option.value} className="segment" data-testid={`${testId}-${option.value}`}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>
              {option.label} <code>{option.code}</code>
            </span>
          </label>
        ))}
      </div>
      <p id={`${name}-hint`} className="hint">
        {hint}
      </p>
    </fieldset>
  );
}
