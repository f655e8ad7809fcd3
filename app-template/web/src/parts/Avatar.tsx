import type { Color } from "../_sockets/apiTypes.generated";

/** The first letter of a name, in the colour that its person has chosen. */
export function Avatar({ name, color }: { name: string; color?: Color | undefined }) {
  const initial = Array.from(name)[0] ?? "?";
  return (
    <span className="avatar" data-color={color} aria-hidden="true">
      {initial.toLocaleUpperCase()}
    </span>
  );
}
