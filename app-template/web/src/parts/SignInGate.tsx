import { useWords } from "../language/LanguageProvider";
import { useSession } from "../session/SessionProvider";
import { SignInForm } from "./SignInForm";

/** Above a page whose routes want a login, as long as nobody is signed in. */
export function SignInGate() {
  const words = useWords();
  const { status } = useSession();
  if (status !== "signedOut") return null;
  return (
    <section className="card gate" aria-labelledby="gate-title" data-testid="sign-in-gate">
      <h2 id="gate-title">{words.session.gateTitle}</h2>
      <p className="muted">{words.session.gateText}</p>
      <SignInForm />
    </section>
  );
}
