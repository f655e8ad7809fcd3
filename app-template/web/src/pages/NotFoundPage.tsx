import { useWords } from "../language/LanguageProvider";
import { Rich } from "../parts/Rich";
import { Link } from "../routing/Link";

export function NotFoundPage({ pathName }: { pathName: string }) {
  const words = useWords();
  return (
    <div className="page-head" data-testid="not-found">
      <h1 tabIndex={-1} data-page-title="">
        {words.overview.notFoundTitle}
      </h1>
      <p className="lead">
        <Rich text={words.overview.notFoundText(pathName)} />
      </p>
      <p>
        <Link className="button" href="/">
          {words.overview.notFoundBack}
        </Link>
      </p>
    </div>
  );
}
