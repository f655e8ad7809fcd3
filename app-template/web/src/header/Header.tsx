import { useEffect, useState } from "react";
import { useWords } from "../language/LanguageProvider";
import { useUnreadMessages } from "../live/useUnreadMessages";
import { Avatar } from "../parts/Avatar";
import { Link } from "../routing/Link";
import { findPage, hrefOf, type PagePath, usePlace } from "../routing/router";
import { useSession } from "../session/SessionProvider";
import { Brand } from "./Brand";
import { ConnectionPill } from "./ConnectionPill";
import { LanguageSwitcher } from "./LanguageSwitcher";

const NAVIGATION = [
  { page: "/", word: "overview" },
  { page: "/examples", word: "examples" },
  { page: "/board", word: "board" },
  { page: "/todos", word: "todos" },
  { page: "/chat", word: "chat" },
  { page: "/story", word: "story" },
  { page: "/lobby", word: "lobby" },
  { page: "/nested", word: "nested" },
  { page: "/errors", word: "errors" },
] as const satisfies readonly { page: PagePath; word: string }[];

export function Header() {
  const words = useWords();
  return (
    <header className="header">
      <a className="skip-link" href="#content">
        {words.skipToContent}
      </a>
      <div className="header-row">
        <Brand />
        <Navigation />
        <div className="header-tools">
          <ConnectionPill />
          <LanguageSwitcher />
        </div>
        <UserBadge />
      </div>
    </header>
  );
}

/** A page's link leads back to how the page was left, its room included. */
function useLastHrefs(): ReadonlyMap<PagePath, string> {
  const { pathName, searchParams } = usePlace();
  const [hrefs, setHrefs] = useState<ReadonlyMap<PagePath, string>>(() => new Map());
  useEffect(() => {
    const page = findPage(pathName);
    if (page !== null) setHrefs((before) => new Map(before).set(page, hrefOf(page, searchParams)));
  }, [pathName, searchParams]);
  return hrefs;
}

function Navigation() {
  const words = useWords();
  const { pathName } = usePlace();
  const lastHrefs = useLastHrefs();
  const unread = useUnreadMessages();
  return (
    <nav className="nav" aria-label={words.mainNavigation}>
      {NAVIGATION.map(({ page, word }) => (
        <Link
          key={page}
          href={lastHrefs.get(page) ?? page}
          aria-current={pathName === page ? "page" : undefined}
          data-testid={`nav-${word}`}
        >
          {words.nav[word]}
          {word === "chat" && unread > 0 && (
            <span className="badge" data-testid="chat-unread">
              <span aria-hidden="true">{unread}</span>
              <span className="visually-hidden">{words.nav.unread(unread)}</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}

function UserBadge() {
  const words = useWords();
  const { status, session, signOut } = useSession();
  if (session === null) {
    return status === "loading" ? null : (
      <Link className="button small primary user" href="/" data-testid="header-sign-in">
        {words.session.signIn}
      </Link>
    );
  }
  return (
    <div className="user">
      <span className="user-name" data-testid="user-name" title={words.session.signedInAs(session.name)}>
        <Avatar name={session.name} />
        <span className="visually-hidden">{words.session.signedInAs("")}</span>
        <span className="user-text">{session.name}</span>
      </span>
      <button type="button" className="button quiet small" onClick={() => void signOut()} data-testid="sign-out">
        {words.session.signOut}
      </button>
    </div>
  );
}
