"use strict";
// Sorting and filtering of leaderboards, the choice of colours, and everything open in print.
// Without it nothing is missing from the page but these.
(() => {
  const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  // Text and ranks and costs begin with the smallest, scores with the largest.
  const firstDirection = (kind) => (kind === "score" || kind === "number" ? "descending" : "ascending");

  const cellOf = (row, column) => row.querySelector(`:scope > [data-column="${column}"]`);

  const valueOf = (row, column) => cellOf(row, column)?.dataset.value ?? "";

  // Rows without a value come last, whatever the direction.
  const comparison = (column, kind, direction) => (a, b) => {
    const [x, y] = [valueOf(a, column), valueOf(b, column)];
    if (x === "" || y === "") return (x === "") - (y === "");
    const order = kind === "text" ? words.compare(x, y) : Number(x) - Number(y);
    return direction === "ascending" ? order : -order;
  };

  // Oracles and rows that were not run are bodies of their own: they never mix with results.
  const sort = (table, header, direction) => {
    const { column, sort: kind } = header.dataset;
    for (const body of table.tBodies) {
      const rows = [...body.rows].filter((row) => row.dataset.kind !== undefined);
      rows.sort(comparison(column, kind, direction));
      body.append(...rows);
    }
    for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", direction);
  };

  const filter = (form, table) => {
    const wanted = form.elements.text.value.trim().toLowerCase();
    const kinds = new Set([...form.querySelectorAll("input[name=kind]:checked")].map((box) => box.value));
    let shown = 0;
    let all = 0;
    for (const body of table.tBodies) {
      let inBody = 0;
      for (const row of body.rows) {
        if (row.dataset.kind === undefined) continue;
        const told = [1, 2].map((column) => cellOf(row, column).textContent).join(" ").toLowerCase();
        row.hidden = !kinds.has(row.dataset.kind) || !told.includes(wanted);
        all += 1;
        inBody += !row.hidden;
      }
      body.hidden = inBody === 0;
      shown += inBody;
    }
    return `${shown} of ${all} rows shown`;
  };

  const enable = (board) => {
    const table = board.querySelector("table.sortable");
    const form = board.querySelector("form.filters");
    const status = form.querySelector("[role=status]");
    let sorted = "";
    const tell = () => {
      status.textContent = filter(form, table) + sorted;
    };
    for (const header of table.querySelectorAll("th[data-sort]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      button.title = `Sort by ${header.dataset.title}`;
      header.append(button);
      button.addEventListener("click", () => {
        const now = header.getAttribute("aria-sort");
        const turned = now === "ascending" ? "descending" : "ascending";
        const direction = now ? turned : firstDirection(header.dataset.sort);
        sort(table, header, direction);
        sorted = `, sorted by ${header.dataset.title}, ${direction}`;
        tell();
      });
    }
    // As it is written: by the score that ranks, best first.
    table.querySelector("th[data-sort=score]")?.setAttribute("aria-sort", "descending");
    form.addEventListener("input", tell);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.querySelector("button[type=reset]").addEventListener("click", (event) => {
      event.preventDefault();
      form.reset();
      tell();
    });
    form.hidden = false;
    tell();
  };

  const colours = (button) => {
    const root = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
    const tell = () => button.setAttribute("aria-pressed", String(isDark()));
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      tell();
    });
    system.addEventListener("change", tell);
    button.hidden = false;
    tell();
  };

  document.querySelectorAll(".leaderboard").forEach(enable);
  colours(document.getElementById("theme"));
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
})();
