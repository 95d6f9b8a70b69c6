(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = document.documentElement;

  // Light or dark: what the system says until the reader says otherwise.
  const stored = () => { try { return localStorage.getItem("syncline-theme"); } catch { return null; } };
  const theme = () => root.dataset.theme || (matchMedia("(prefers-color-scheme:dark)").matches ? "dark" : "light");
  const flip = () => {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    try { localStorage.setItem("syncline-theme", root.dataset.theme); } catch { /* a file need not have storage */ }
  };
  if (stored() === "dark" || stored() === "light") root.dataset.theme = stored();
  document.getElementById("theme").addEventListener("click", flip);

  // Tables sort by the column whose head is clicked.
  for (const table of all("table.sortable")) {
    const heads = all("th", table);
    heads.forEach((head, column) => head.addEventListener("click", () => {
      const dir = head.dataset.dir ? -head.dataset.dir : column ? -1 : 1;
      heads.forEach(h => delete h.dataset.dir);
      head.dataset.dir = dir;
      const value = row => { const c = row.cells[column]; return c.dataset.v === undefined ? c.textContent : +c.dataset.v; };
      const body = table.tBodies[0];
      [...body.rows]
        .sort((a, b) => { const x = value(a), y = value(b); return dir * (x < y ? -1 : x > y ? 1 : 0); })
        .forEach(row => body.append(row));
    }));
  }

  // One clip at a time.
  const clips = all(".clip");
  const picker = document.querySelector(".picker");
  let current = 0, every = false;
  const show = index => {
    current = (index + clips.length) % clips.length;
    clips.forEach((clip, i) => { clip.hidden = !every && i !== current; });
    picker.querySelector("select").value = current;
    picker.querySelector("[data-go=all]").setAttribute("aria-pressed", every);
  };
  const go = by => {
    show(current + by);
    if (every) clips[current].scrollIntoView({ behavior: "instant" });
    try { history.replaceState(null, "", "#clip-" + (current + 1)); } catch { /* some viewers forbid it */ }
  };
  if (picker) {
    picker.hidden = clips.length < 2;
    picker.querySelector("select").addEventListener("change", e => go(+e.target.value - current));
    all("[data-go]", picker).forEach(button => button.addEventListener("click", () => {
      if (button.dataset.go !== "all") return go(+button.dataset.go);
      every = !every;
      show(current);
    }));
    const named = clips.findIndex(clip => "#" + clip.id === location.hash);
    show(Math.max(0, named));
    if (named >= 0) clips[named].scrollIntoView({ behavior: "instant" });
  }

  // The read-out: probability, truth and decision of every lane at one moment.
  const spans = text => (text || "").split(",").filter(Boolean).map(span => span.split("_").map(Number));
  const within = (list, t) => list.some(([from, to]) => from <= t && t < to);
  const readers = new Map();
  for (const plot of all(".plot")) {
    const duration = +plot.dataset.duration, tick = +plot.dataset.tick;
    const lanes = all(".event", plot).map(lane => ({
      lane, output: lane.querySelector("output"),
      p: lane.dataset.p === undefined ? null : lane.dataset.p.split(","),
      truth: spans(lane.dataset.truth), on: spans(lane.dataset.on)
    }));
    const field = plot.querySelector(".axis .field"), cursor = plot.querySelector(".cursor");
    let at = 0;
    const read = time => {
      at = Math.min(duration, Math.max(0, time));
      plot.classList.add("reading");
      cursor.style.left = field.offsetLeft + field.offsetWidth * at / duration + "px";
      plot.querySelector(".time").textContent = at.toFixed(2) + " s";
      const k = Math.floor(at / tick + 1e-9);
      for (const { lane, output, p, truth, on } of lanes) {
        const value = p && p[Math.min(k, p.length - 1)];
        output.textContent = value === null ? "" : value === "-" ? "–" : (value / 1000).toFixed(3);
        lane.classList.toggle("is-true", within(truth, at));
        lane.classList.toggle("is-on", within(on, at));
      }
    };
    const clear = () => {
      plot.classList.remove("reading");
      plot.querySelector(".time").textContent = "";
      for (const { lane, output } of lanes) {
        output.textContent = "";
        lane.classList.remove("is-true", "is-on");
      }
    };
    const follow = event => {
      const box = field.getBoundingClientRect();
      const share = (event.clientX - box.left) / box.width;
      if (share >= 0 && share <= 1) read(share * duration); else clear();
    };
    plot.addEventListener("pointermove", follow);
    plot.addEventListener("pointerdown", follow);
    plot.addEventListener("pointerleave", clear);
    readers.set(plot, by => read(Math.floor(at / tick + .5 + by) * tick));
  }

  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (event.key === "t") flip();
    if (!by || !clips.length) return;
    const step = event.shiftKey && readers.get(document.activeElement);
    if (step) step(by); else if (!event.shiftKey) go(by);
    event.preventDefault();
  });
})();
