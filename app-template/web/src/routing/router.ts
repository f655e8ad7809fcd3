/**
 * A router of the size that nine pages need: the address is the state, the history API changes it.
 *
 * A *page path* is one of `PAGE_PATHS`. Unknown paths show the overview's "not found" note; the router itself
 * renders nothing and knows no page.
 */
import { useMemo, useSyncExternalStore } from "react";

export const PAGE_PATHS = ["/", "/examples", "/board", "/todos", "/chat", "/story", "/lobby", "/nested", "/errors"] as const;
export type PagePath = (typeof PAGE_PATHS)[number];

export type SearchParams = Readonly<Record<string, string>>;

export interface Place {
  /** As in the address bar, without a slash at its end. */
  readonly pathName: string;
  readonly searchParams: SearchParams;
}

/** Splits the path and the query of an address; of a parameter that is given twice, the first one counts. */
export function parsePlace(path: string, search: string): Place {
  const pathName = path.length > 1 ? path.replace(/\/+$/, "") || "/" : "/";
  const given = [...new URLSearchParams(search)].reverse();
  return { pathName, searchParams: Object.fromEntries(given) };
}

/** The address of a page, with the parameters that have a value. */
export function hrefOf(page: PagePath, searchParams: SearchParams = {}): string {
  const given = Object.entries(searchParams).filter(([, value]) => value !== "");
  const query = new URLSearchParams(given).toString();
  return query === "" ? page : `${page}?${query}`;
}

/** The page that a path names, or `null`. */
export function findPage(pathName: string): PagePath | null {
  return PAGE_PATHS.find((page) => page === pathName) ?? null;
}

const listeners = new Set<() => void>();

/** Goes to `href` inside this page, without loading it again. `replace` leaves no trace in the tab's history. */
export function navigate(href: string, { replace = false }: { replace?: boolean } = {}): void {
  const current = window.location.pathname + window.location.search;
  if (href === current) return;
  if (replace) window.history.replaceState(null, "", href);
  else window.history.pushState(null, "", href);
  for (const listener of listeners) listener();
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  window.addEventListener("popstate", changed);
  return () => {
    listeners.delete(changed);
    window.removeEventListener("popstate", changed);
  };
}

const readHref = () => window.location.pathname + window.location.search;

/** Where this tab is; the same object until it goes elsewhere. */
export function usePlace(): Place {
  const href = useSyncExternalStore(subscribe, readHref, () => "/");
  return useMemo(() => {
    const [path = "/", search = ""] = href.split("?", 2);
    return parsePlace(path, search);
  }, [href]);
}
