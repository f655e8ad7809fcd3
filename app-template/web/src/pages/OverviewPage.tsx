import type { ReactNode } from "react";
import { useWords } from "../language/LanguageProvider";
import { CodeBlock } from "../parts/CodeBlock";
import { Rich } from "../parts/Rich";
import { SignInForm } from "../parts/SignInForm";
import { Link } from "../routing/Link";
import type { PagePath } from "../routing/router";
import { useSession } from "../session/SessionProvider";
import { CALL_AND_LISTEN, CLIENT_FILTER, GENERATED_TYPES, SERVER_HANDLER, type Snippet } from "./snippets";

/** What this is, in four steps, and the way in. */
export function OverviewPage() {
  const words = useWords();
  const { overview } = words;
  return (
    <>
      <section className="hero">
        <h1 tabIndex={-1} data-page-title="">
          {overview.headline}
        </h1>
        <p className="lead">{overview.lead}</p>
        <WayIn />
      </section>
      <section aria-labelledby="steps-title">
        <h2 id="steps-title" className="section-title">
          {overview.stepsTitle}
        </h2>
        <ol className="steps">
          <Step title={overview.step1Title} text={overview.step1Text} snippet={SERVER_HANDLER} />
          <Step title={overview.step2Title} text={overview.step2Text} snippet={CLIENT_FILTER} />
          <Step title={overview.step3Title} text={overview.step3Text} snippet={GENERATED_TYPES} />
          <Step title={overview.step4Title} text={overview.step4Text} snippet={CALL_AND_LISTEN} />
        </ol>
      </section>
      <Tour />
    </>
  );
}

function WayIn() {
  const words = useWords();
  const { status, session } = useSession();
  if (status === "loading") return null;
  if (session === null) {
    return (
      <div className="card way-in">
        <SignInForm />
      </div>
    );
  }
  return (
    <div className="card way-in" data-testid="welcome">
      <p>
        <strong>{words.session.welcome(session.name)}</strong> {words.session.welcomeText}
      </p>
      <div className="actions">
        <Link className="button primary" href="/examples">
          {words.session.openCounter}
        </Link>
        <a className="button" href="/examples" target="_blank" rel="noopener">
          {words.session.openSecondTab} <span aria-hidden="true">↗</span>
        </a>
      </div>
    </div>
  );
}

function Step({ title, text, snippet }: { title: string; text: string; snippet: Snippet }) {
  return (
    <li className="step">
      <div className="step-text">
        <h3>{title}</h3>
        <p>
          <Rich text={text} />
        </p>
      </div>
      <CodeBlock {...snippet} />
    </li>
  );
}

function Tour() {
  const words = useWords();
  const { overview, nav } = words;
  return (
    <section aria-labelledby="tour-title">
      <h2 id="tour-title" className="section-title">
        {overview.tourTitle}
      </h2>
      <ul className="tour">
        <Stop page="/examples" title={nav.examples} route="examples/updateCounter">
          {overview.tourExamples}
        </Stop>
        <Stop page="/board" title={nav.board} route="board/notes">
          {overview.tourBoard}
        </Stop>
        <Stop page="/todos" title={nav.todos} route="todos/create">
          {overview.tourTodos}
        </Stop>
        <Stop page="/chat" title={nav.chat} route="chat/sendMessage">
          {overview.tourChat}
        </Stop>
        <Stop page="/story" title={nav.story} route="story/tell">
          {overview.tourStory}
        </Stop>
        <Stop page="/lobby" title={nav.lobby} route="lobby/typing">
          {overview.tourLobby}
        </Stop>
        <Stop page="/nested" title={nav.nested} route="test/nestedTest/room">
          {overview.tourNested}
        </Stop>
        <Stop page="/errors" title={nav.errors} route="examples/fail">
          {overview.tourErrors}
        </Stop>
      </ul>
    </section>
  );
}

function Stop({ page, title, route, children }: { page: PagePath; title: string; route: string; children: ReactNode }) {
  return (
    <li>
      <Link className="card stop" href={page}>
        <span className="stop-title">
          {title} <span aria-hidden="true">→</span>
        </span>
        <code>{route}</code>
        <span className="stop-text">{children}</span>
      </Link>
    </li>
  );
}
