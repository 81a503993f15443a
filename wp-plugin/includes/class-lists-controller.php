<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The routes of board, task list and calendar (cookie and nonce, as REST asks for): the sidecar's lists for the person
 * who asks, within what the office lets this person see, with addresses of this site.
 */
final class Lists_Controller
{
    private const NAMESPACE = 'tayang/v1';
    private const MAX_DAYS = 62;

    public function __construct(private readonly Sidecar_Client $sidecar)
    {
    }

    /** On `rest_api_init`. */
    public function register_routes(): void
    {
        $page = [
            'page' => ['type' => 'integer', 'minimum' => 1, 'maximum' => 10000, 'default' => 1],
            'per_page' => ['type' => 'integer', 'minimum' => 1, 'maximum' => 100, 'default' => 20],
        ];
        $key = ['type' => 'string', 'pattern' => '^[a-z0-9_]{0,64}$', 'default' => ''];
        $text = ['type' => 'string', 'maxLength' => 200, 'default' => '', 'sanitize_callback' => 'sanitize_text_field'];
        $flag = ['type' => 'boolean', 'default' => false];
        $date = ['type' => 'string', 'pattern' => '^\d{4}-\d{2}-\d{2}$', 'required' => true];
        $this->route('/board', 'board', $page + [
            'procedure' => ['required' => true] + $key, 'role' => $key, 'column' => $key,
            'person' => ['type' => 'integer', 'minimum' => 0, 'default' => 0],
            'division' => $text, 'search' => $text, 'mine' => $flag, 'late' => $flag,
        ]);
        $this->route('/tasks', 'tasks', $page);
        $this->route('/calendar', 'calendar', ['from' => $date, 'to' => $date]);
    }

    public function board(\WP_REST_Request $request): array|\WP_Error
    {
        $filters = [];
        foreach (['role', 'column', 'person', 'division', 'search', 'mine', 'late'] as $name) {
            $filters[$name] = $request[$name];
        }
        $answer = $this->ask('cases/board', self::pages($request) + ['procedure' => $request['procedure']] + array_filter($filters));
        if (is_wp_error($answer)) {
            return $answer;
        }
        foreach ($answer['columns'] ?? [] as $no => $column) {
            $answer['columns'][$no]['cases'] = self::with_links($column['cases'] ?? []);
        }
        return $answer;
    }

    public function tasks(\WP_REST_Request $request): array|\WP_Error
    {
        $answer = $this->ask('cases/tasks', self::pages($request));
        return is_wp_error($answer) ? $answer : ['cases' => self::with_links($answer['cases'])] + $answer;
    }

    public function calendar(\WP_REST_Request $request): array|\WP_Error
    {
        $from = strtotime($request['from'] . ' UTC');
        $to = strtotime($request['to'] . ' UTC');
        if ($from === false || $to === false || $to < $from || $to - $from >= self::MAX_DAYS * DAY_IN_SECONDS) {
            /* translators: %d: number of days */
            $sentence = sprintf(__('The calendar shows at most %d days at once, the first date before the last.', 'tayang'), self::MAX_DAYS);
            return new \WP_Error('malformed', $sentence, ['status' => 422]);
        }
        $answer = $this->ask('cases/calendar', ['from' => $request['from'], 'until' => $request['to']]);
        return is_wp_error($answer) ? $answer : ['entries' => self::with_links($answer['entries'])] + $answer;
    }

    /**
     * @param array<string, mixed> $body
     * @return array<string, mixed>|\WP_Error
     */
    private function ask(string $path, array $body): array|\WP_Error
    {
        return $this->sidecar->post($path, ['actor' => get_current_user_id(), 'scope' => Ui\Office::scope()] + $body);
    }

    /** @return array{page: int, per_page: int} */
    private static function pages(\WP_REST_Request $request): array
    {
        return ['page' => (int) $request['page'], 'per_page' => (int) $request['per_page']];
    }

    /**
     * @param array<int, array<string, mixed>> $cards cases or entries of the calendar
     * @return array<int, array<string, mixed>> each with `link`, the case's page; empty where there is no case
     */
    private static function with_links(array $cards): array
    {
        return array_map(static fn(array $card): array => $card + [
            'link' => empty($card['post_id']) ? '' : Ui\Office::case_url((int) $card['post_id']),
        ], $cards);
    }

    /** @param array<string, array<string, mixed>> $args */
    private function route(string $path, string $answer, array $args): void
    {
        register_rest_route(self::NAMESPACE, $path, [
            'methods' => 'GET',
            'permission_callback' => [Access::class, 'may_see_cases'],
            'callback' => [$this, $answer],
            'args' => $args,
        ]);
    }
}
