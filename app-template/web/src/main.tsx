import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { keepPage } from "./keepPage";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/parts.css";
import "./styles/pages.css";
import "./styles/board.css";
import "./styles/todos.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element `#root`");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
keepPage();
