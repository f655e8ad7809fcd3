import { useEffect, useRef } from "react";
import { updateLocation } from "./_sockets/syncRequest";
import { Header } from "./header/Header";
import { LanguageProvider, useWords } from "./language/LanguageProvider";
import { AnnouncementBar } from "./live/AnnouncementBar";
import { FeedPanel } from "./live/FeedPanel";
import { FeedProvider } from "./live/FeedProvider";
import { RoomsProvider } from "./live/RoomsProvider";
import { BoardPage } from "./pages/BoardPage";
import { ChatPage } from "./pages/ChatPage";
import { ErrorsPage } from "./pages/ErrorsPage";
import { ExamplesPage } from "./pages/ExamplesPage";
import { LobbyPage } from "./pages/LobbyPage";
import { NestedPage } from "./pages/NestedPage";
import { NotFoundPage } from "./pages/NotFoundPage";
import { OverviewPage } from "./pages/OverviewPage";
import { StoryPage } from "./pages/StoryPage";
import { TodosPage } from "./pages/TodosPage";
import { findPage, usePlace } from "./routing/router";
import { SessionProvider, useSession } from "./session/SessionProvider";
import { KeepingNotice } from "./todos/KeepingNotice";
import { TodoStore } from "./todos/TodoStore";

export function App() {
  return (
    <SessionProvider>
      <LanguageProvider>
        <TodoStore>
          <Tab />
        </TodoStore>
      </LanguageProvider>
    </SessionProvider>
  );
}

/** What this tab has joined and heard belongs to one user: another one starts afresh. */
function Tab() {
  const { session } = useSession();
  useTellLocation();
  return (
    <RoomsProvider key={session?.userId ?? ""}>
      <FeedProvider>
        <Header />
        <div className="layout">
          <main id="content" className="content">
            <ServerNotices />
            <KeepingNotice />
            <AnnouncementBar />
            <Page />
          </main>
          <FeedPanel />
        </div>
      </FeedProvider>
    </RoomsProvider>
  );
}

function ServerNotices() {
  const words = useWords();
  const { isServerReachable, hasEnded, problem } = useSession();
  return (
    <>
      {!isServerReachable && (
        <p role="alert" className="notice danger" data-testid="unreachable">
          {words.session.unreachable}
        </p>
      )}
      {problem !== null && (
        <p role="alert" className="notice danger" data-testid="session-problem">
          {problem}
        </p>
      )}
      {hasEnded && (
        <p role="alert" className="notice warn" data-testid="session-ended">
          {words.session.ended}
        </p>
      )}
    </>
  );
}

function Page() {
  const { pathName } = usePlace();
  useFocusOnNavigation(pathName);
  switch (findPage(pathName)) {
    case "/":
      return <OverviewPage />;
    case "/examples":
      return <ExamplesPage />;
    case "/board":
      return <BoardPage />;
    case "/todos":
      return <TodosPage />;
    case "/chat":
      return <ChatPage />;
    case "/story":
      return <StoryPage />;
    case "/lobby":
      return <LobbyPage />;
    case "/nested":
      return <NestedPage />;
    case "/errors":
      return <ErrorsPage />;
    case null:
      return <NotFoundPage pathName={pathName} />;
  }
}

/** Tells the server which page this tab shows: filters ask for it. */
function useTellLocation() {
  const { pathName, searchParams } = usePlace();
  useEffect(() => {
    void updateLocation({ pathName, searchParams });
  }, [pathName, searchParams]);
}

/** A navigation without a page load must say so itself: to the eye by scrolling, to a screen reader by the focus. */
function useFocusOnNavigation(pathName: string) {
  const words = useWords();
  const shown = useRef(pathName);
  useEffect(() => {
    const title = document.querySelector<HTMLElement>("[data-page-title]");
    document.title = words.documentTitle(title?.textContent ?? "");
    if (shown.current === pathName) return;
    shown.current = pathName;
    window.scrollTo(0, 0);
    title?.focus({ preventScroll: true });
  }, [pathName, words]);
}
