(function () {
  "use strict";
  // A click on a head sorts the rows: the largest number first, or the names
  // from a to z; another click turns them. What is not known stays last.
  Array.prototype.forEach.call(document.querySelectorAll("table.sortable"), function (table) {
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells), body = table.tBodies[0];
    heads.forEach(function (head, column) {
      if (head.hasAttribute("data-drawn")) return;
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var rows = Array.prototype.slice.call(body.rows);
        var value = function (row) { return row.cells[column].getAttribute("data-v") || ""; };
        var numbers = rows.every(function (row) { return /^[-+.e\d]*$/.test(value(row)); });
        var was = head.getAttribute("aria-sort");
        var rising = was ? was === "descending" : !numbers || column === 0;
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", rising ? "ascending" : "descending");
        rows.map(function (row, i) { return { row: row, v: value(row), i: i }; }).sort(function (a, b) {
          if (a.v === "" || b.v === "") return (a.v === "") - (b.v === "") || a.i - b.i;
          var order = numbers ? a.v - b.v : a.v < b.v ? -1 : a.v > b.v ? 1 : 0;
          return (rising ? order : -order) || a.i - b.i;
        }).forEach(function (item) { body.appendChild(item.row); });
      });
    });
  });
  var list = document.getElementById("list");
  if (!list) return;
  var all = Array.prototype.slice.call(list.children);
  var byId = function (id) { return document.getElementById(id); };
  var controls = byId("controls"), search = byId("search"), show = byId("show"), sort = byId("sort"), tag = byId("tag"), system = byId("system");
  var texts = all.map(function (q) { return q.textContent.toLowerCase(); });
  all.forEach(function (q, i) { q.number = i; });
  var difference = function (q) {
    return Number(q.dataset.d.split(" ")[system ? system.selectedIndex : 0]);
  };
  var outcome = function (q) {
    return q.dataset.o.split(" ")[system ? system.selectedIndex : 0];
  };
  var orders = {
    loss: function (a, b) { return difference(a) - difference(b); },
    gain: function (a, b) { // a difference above 1 is none, and comes last
      return (difference(a) > 1) - (difference(b) > 1) || difference(b) - difference(a);
    },
    suite: function (a, b) { return a.dataset.i - b.dataset.i; }
  };
  var update = function () {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    all.forEach(function (q) {
      var tags = q.dataset.t ? q.dataset.t.split(" ") : [];
      var fits = (show.value === "all" || outcome(q) === show.value) &&
        (!tag || tag.value === "" || tags.indexOf(tag.value) >= 0) &&
        words.every(function (w) { return texts[q.number].indexOf(w) >= 0; });
      q.hidden = !fits;
      if (fits) shown++;
    });
    all.slice().sort(function (a, b) { return orders[sort.value](a, b) || a.number - b.number; })
      .forEach(function (q) { list.appendChild(q); });
    byId("count").textContent = shown + " of " + all.length + " shown";
    byId("none").hidden = shown > 0;
  };
  [search, show, sort, tag, system].forEach(function (c) { if (c) c.addEventListener("input", update); });
  controls.hidden = false;
  update();
  // A link to a query opens it, even where a filter hides it.
  var open = function () {
    var target = /^#q\d+$/.test(location.hash) && byId(location.hash.slice(1));
    if (!target) return;
    var q = target.closest("details");
    if (q.hidden) { search.value = ""; show.value = "all"; if (tag) tag.value = ""; update(); }
    q.open = true;
    q.scrollIntoView({ block: "start" });
    q.firstElementChild.focus({ preventScroll: true });
  };
  window.addEventListener("hashchange", open);
  document.addEventListener("click", function (e) {
    var link = e.target.closest && e.target.closest("a[href^='#q']");
    if (link && link.getAttribute("href") === location.hash) { open(); }
  });
  open();
})();
