/// The page's script: sorting by a column, and showing one layer in all places. XML allows it as it stands: it has
/// no `<` and no `&`.
enum HTMLReportScript {
  static let text = """
    (function () {
      'use strict';
      document.documentElement.classList.add('scripted');
      var table = document.getElementById('table');
      var body = table.tBodies[0];
      var heads = Array.from(table.tHead.rows[0].cells);
      function key(row, column) {
        var cell = row.cells[column];
        return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
      }
      function sort(column) {
        var head = heads[column];
        var other = {ascending: 'descending', descending: 'ascending'};
        var way = other[head.getAttribute('aria-sort')] || head.dataset.first || 'ascending';
        var sign = way === 'ascending' ? 1 : -1;
        heads.forEach(function (each) { each.removeAttribute('aria-sort'); });
        head.setAttribute('aria-sort', way);
        Array.from(body.rows).map(function (row) { return {row: row, key: key(row, column)}; })
          .sort(function (a, b) {
            var order = typeof a.key === 'number' ? a.key - b.key
              : a.key.localeCompare(b.key, 'en', {numeric: true});
            return sign * order || a.row.dataset.row - b.row.dataset.row;
          })
          .forEach(function (each) { body.appendChild(each.row); });
      }
      heads.forEach(function (head, column) {
        var button = document.createElement('button');
        button.type = 'button';
        button.textContent = head.textContent;
        head.textContent = '';
        head.appendChild(button);
        button.addEventListener('click', function () { sort(column); });
      });
      var words = document.getElementById('field-words');
      var still = words ? words.innerHTML : '';
      var pinned = null;
      function mark(row) {
        document.querySelectorAll('.on').forEach(function (each) { each.classList.remove('on'); });
        if (words) { words.innerHTML = still; }
        if (!row) { return; }
        row.classList.add('on');
        document.querySelectorAll('.netc-drawing [data-layer="' + row.dataset.layer + '"]')
          .forEach(function (each) { each.classList.add('on'); });
        var field = document.querySelector('.field[data-row="' + row.dataset.row + '"]');
        if (field) {
          field.classList.add('on');
          words.textContent = field.dataset.words;
        }
      }
      function rowOf(attribute, value) { return body.querySelector('tr[' + attribute + '="' + value + '"]'); }
      function watch(element, find) {
        element.addEventListener('mouseover', function (event) { mark(find(event.target) || pinned); });
        element.addEventListener('mouseleave', function () { mark(pinned); });
        element.addEventListener('click', function (event) {
          var row = find(event.target);
          pinned = row === pinned ? null : row;
          mark(pinned);
        });
      }
      watch(body, function (target) { return target.closest('tr'); });
      body.addEventListener('focusin', function (event) { mark(event.target.closest('tr')); });
      body.addEventListener('keydown', function (event) {
        var row = event.target;
        var next = {ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling}[event.key];
        if (next) {
          event.preventDefault();
          next.focus();
        }
      });
      var fields = document.querySelector('.fields');
      if (fields) {
        watch(fields, function (target) { return target.dataset.row ? rowOf('data-row', target.dataset.row) : null; });
      }
      watch(document.querySelector('.netc-drawing'), function (target) {
        var part = target.closest('[data-layer]');
        return part ? rowOf('data-layer', part.dataset.layer) : null;
      });
    }());
    """
}
