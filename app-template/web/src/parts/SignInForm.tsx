import { type FormEvent, useId, useState } from "react";
import { useWords } from "../language/LanguageProvider";
import { useSession } from "../session/SessionProvider";

/** One field and one button: the template signs people in by name. */
export function SignInForm() {
  const words = useWords();
  const { signIn } = useSession();
  const [name, setName] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const fieldId = useId();

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const answer = await signIn(name.trim());
    setBusy(false);
    if (answer.status === "error") setProblem(answer.message);
    if (answer.status === "unreachable") setProblem(words.session.unreachable);
  }

  return (
    <form className="sign-in" onSubmit={submit} data-testid="sign-in-form">
      <div className="field">
        <label htmlFor={fieldId}>{words.session.nameLabel}</label>
        <div className="field-row">
          <input
            id={fieldId}
            name="name"
            autoComplete="nickname"
            placeholder={words.session.namePlaceholder}
            value={name}
            onChange={(event) => setName(event.target.value)}
            aria-describedby={`${fieldId}-hint`}
            required
            maxLength={40}
            data-testid="sign-in-name"
          />
          <button type="submit" className="button primary" disabled={isBusy} data-testid="sign-in-submit">
            {isBusy ? words.session.signingIn : words.session.signIn}
          </button>
        </div>
        <p id={`${fieldId}-hint`} className="hint">
          {words.session.anyName}
        </p>
      </div>
      {problem !== null && (
        <p role="alert" className="notice danger" data-testid="sign-in-problem">
          {problem}
        </p>
      )}
    </form>
  );
}
