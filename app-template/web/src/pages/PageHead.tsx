import { Rich } from "../parts/Rich";
import { SignInGate } from "../parts/SignInGate";

/** The page's title, which takes the focus after a navigation, its one-sentence purpose, and the way in. */
export function PageHead({ title, lead, files }: { title: string; lead: string; files: readonly string[] }) {
  return (
    <>
      <div className="page-head">
        <h1 tabIndex={-1} data-page-title="">
          {title}
        </h1>
        <p className="lead">
          <Rich text={lead} />
        </p>
        <p className="files">
          {files.map((file) => (
            <code key={file}>{file}</code>
          ))}
        </p>
      </div>
      <SignInGate />
    </>
  );
}
