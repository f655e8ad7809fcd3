import { type ReactNode, useId } from "react";

interface PrefixedNameProps {
  readonly label: string;
  /** The literal beginning of such names. */
  readonly prefix: string;
  readonly value: string;
  readonly maxLength: number;
  readonly testId: string;
  /** What is done with the name. */
  readonly children: ReactNode;
  onChange(value: string): void;
}

/** A field for the part of a name that is chosen, behind the part that is given. */
export function PrefixedName({ label, prefix, value, maxLength, testId, children, onChange }: PrefixedNameProps) {
  const fieldId = useId();
  return (
    <div className="field">
      <label htmlFor={fieldId}>{label}</label>
      <div className="field-row">
        <span className="affixed">
          <span className="affix" aria-hidden="true">
            {prefix}
          </span>
          <input
            id={fieldId}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            required
            maxLength={maxLength}
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            data-testid={testId}
          />
        </span>
        {children}
      </div>
    </div>
  );
}
