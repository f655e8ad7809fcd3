import { Link } from "../routing/Link";

/** Two tabs, one behind the other. */
export function Brand() {
  return (
    <Link className="brand" href="/" data-testid="brand">
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
        <rect className="brand-back" x="2" y="4" width="18" height="15" rx="4.5" />
        <rect className="brand-front" x="12" y="13" width="18" height="15" rx="4.5" />
      </svg>
      <span>Syncwright</span>
    </Link>
  );
}
