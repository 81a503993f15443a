<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Commands of people to the sidecar. The idempotency key of a command stays in post meta `_tayang_pending` until it was
 * answered: the same button pressed again after a failure is the same command, and counts once.
 */
final class Case_Commands
{
    public const PENDING = '_tayang_pending';
    public const ASSIGNMENT = 'tayang_pending_assignment';

    /** What each command takes besides actor, revision, key and note. */
    private const FIELDS = [
        'assign' => ['assignee'], 'hand_over' => ['assignee'], 'submit' => [], 'approve' => [], 'return' => [],
        'plan_publication' => ['publish_at'], 'publish' => [], 'reassign' => ['role', 'assignee'], 'cancel' => [],
        'delegate' => ['to_person', 'starts_at', 'ends_at'],
    ];

    public function __construct(
        private readonly Sidecar_Client $sidecar,
        private readonly Case_Mirror $cases,
        private readonly Content $content
    ) {
    }

    /** @return array<int, string> */
    public static function names(): array
    {
        return array_keys(self::FIELDS);
    }

    /**
     * Sends one command of a case and takes over the answered state. Returns the view. The words are those of the working
     * copy while a correction runs, whichever of the two posts is given.
     *
     * @param array<string, mixed> $input command, expected_revision, note, idempotency_key and the command's own fields
     * @return array<string, mixed>|\WP_Error
     */
    public function send(\WP_Post $post, int $actor, array $input): array|\WP_Error
    {
        $case = $this->cases->get($post->ID);
        $post = get_post(Working_Copy::working($post->ID));
        $subject = Working_Copy::subject($post->ID);
        $fields = self::FIELDS[$input['command']] ?? null;
        if (!$case || $fields === null) {
            return new \WP_Error('no_such_case', __('This post has no case.', 'tayang'), ['status' => 404]);
        }
        $body = ['command' => $input['command'], 'actor' => $actor]
            + ['expected_revision' => (int) ($input['expected_revision'] ?? 0) ?: (int) $case['revision']]
            + ['note' => (string) ($input['note'] ?? '')];
        foreach ($fields as $field) {
            $body[$field] = self::value($field, $input[$field] ?? null);
        }
        $words = $this->words($post, $body['command'], (string) ($input['content_sha256'] ?? ''));
        if (is_wp_error($words)) {
            return $words;
        }
        $key = $this->key($subject, $body, (string) ($input['idempotency_key'] ?? ''));
        $path = 'cases/' . rawurlencode((string) $case['case_id']) . '/commands';
        $answer = $this->sidecar->post($path, $body + ['idempotency_key' => $key] + $words);
        return $this->answered($subject, $actor, $answer);
    }

    /**
     * Starts a case on a post that is there. Returns the view.
     *
     * @param array<string, mixed> $disposition
     * @return array<string, mixed>|\WP_Error
     */
    public function open(\WP_Post $post, int $actor, string $procedure, array $disposition): array|\WP_Error
    {
        $body = ['procedure' => $procedure, 'post_id' => $post->ID, 'title' => $post->post_title, 'actor' => $actor]
            + ['disposition' => (object) $disposition];
        $key = $this->key($post->ID, ['command' => 'open'] + $body);
        $answer = $this->sidecar->post('cases', $body + ['idempotency_key' => $key]);
        return $this->answered($post->ID, $actor, $answer);
    }

    /**
     * Penugasan baru: a draft, its case, and the first order when the opener gives it. Pressed again after a failure,
     * it goes on with the same draft.
     *
     * @param array<string, mixed> $procedure of the SOP
     * @param array<string, mixed> $disposition
     * @return array{post_id: int, case: array<string, mixed>, notice: string}|\WP_Error
     */
    public function assign_new(array $procedure, string $title, array $disposition, int $actor, ?int $assignee): array|\WP_Error
    {
        $post = $this->draft($procedure, $title, $disposition, $actor);
        if (is_wp_error($post)) {
            return $post;
        }
        $view = $this->open($post, $actor, (string) $procedure['key'], $disposition);
        if (is_wp_error($view)) {
            if (!Sidecar_Client::is_unanswered($view)) {
                delete_user_meta($actor, self::ASSIGNMENT);
                wp_delete_post($post->ID, true);
            }
            return $view;
        }
        delete_user_meta($actor, self::ASSIGNMENT);
        [$view, $notice] = $this->assign_first($post, $view, $actor, $assignee, (string) ($disposition['note'] ?? ''));
        return ['post_id' => $post->ID, 'case' => $view, 'notice' => $notice];
    }

    /**
     * The first order, when the opener holds step 1's role. A refusal is a notice: the case is open all the same.
     *
     * @param array<string, mixed> $view
     * @return array{array<string, mixed>, string} view and notice
     */
    private function assign_first(\WP_Post $post, array $view, int $actor, ?int $assignee, string $note): array
    {
        if (!self::may($view, 'assign', $actor)) {
            return [$view, ''];
        }
        $given = $this->send($post, $actor, [
            'command' => 'assign', 'assignee' => $assignee, 'expected_revision' => $view['revision'], 'note' => $note,
        ]);
        return is_wp_error($given) ? [$view, $given->get_error_message()] : [$given, ''];
    }

    /**
     * A correction: a new case on a published post, under the same procedure, written in a working copy. Its first order is
     * given when the opener gives it. Pressed again after a failure it is the same one.
     *
     * @return array{post_id: int, copy_id: int, case: array<string, mixed>, notice: string}|\WP_Error
     */
    public function correct(\WP_Post $post, string $procedure, int $actor, string $note, ?int $assignee): array|\WP_Error
    {
        $view = $this->open($post, $actor, $procedure, ['note' => $note]);
        if (is_wp_error($view)) {
            return $view;
        }
        $copy_id = Working_Copy::of($post->ID);
        [$view, $notice] = $this->assign_first($post, $view, $actor, $assignee, $note);
        return ['post_id' => $post->ID, 'copy_id' => $copy_id, 'case' => $view, 'notice' => $notice];
    }

    /**
     * The case as the sidecar sees it now, for this person; the mirror follows. `$scope` as in Office::scope: `own` hides
     * cases in which the person has no part (404 no_such_case).
     *
     * @return array<string, mixed>|\WP_Error
     */
    public function view(int $post_id, int $actor, string $scope = 'all'): array|\WP_Error
    {
        $post_id = Working_Copy::subject($post_id);
        $case = $this->cases->get($post_id);
        $which = $case ? ['case_id' => $case['case_id']] : ['post_id' => $post_id];
        $answer = $this->sidecar->post('cases/view', $which + ['actor' => $actor, 'scope' => $scope]);
        if (is_wp_error($answer)) {
            return $answer;
        }
        $this->cases->apply(Case_Mirror::from_view($answer['case']));
        return $answer['case'];
    }

    /**
     * What changed between two versions of the words; without numbers: between the last two.
     *
     * @param array{from?: int, until?: int} $wanted numbers of versions
     * @return array<string, mixed>|\WP_Error
     */
    public function changes(int $post_id, int $actor, string $scope, array $wanted): array|\WP_Error
    {
        $case = $this->cases->get(Working_Copy::subject($post_id));
        if (!$case) {
            return new \WP_Error('no_such_case', __('This post has no case.', 'tayang'), ['status' => 404]);
        }
        return $this->sidecar->post('cases/changes', ['case_id' => $case['case_id'], 'actor' => $actor, 'scope' => $scope] + $wanted);
    }

    /** Only the command that the sidecar offers this person is tried by itself. */
    private static function may(array $view, string $command, int $actor): bool
    {
        $acts = in_array($actor, array_map('intval', array_column($view['may_act'] ?? [], 'person')), true);
        foreach ($acts ? $view['options'] ?? [] : [] as $option) {
            if ($option['command'] === $command) {
                return (bool) $option['allowed'];
            }
        }
        return false;
    }

    /**
     * @param array<string, mixed> $procedure
     * @param array<string, mixed> $disposition
     */
    private function draft(array $procedure, string $title, array $disposition, int $actor): \WP_Post|\WP_Error
    {
        $print = md5((string) wp_json_encode([$procedure['key'], $title, $disposition]));
        $pending = get_user_meta($actor, self::ASSIGNMENT, true);
        if (is_array($pending) && $pending['print'] === $print && get_post($pending['post_id'])) {
            return get_post($pending['post_id']);
        }
        $post_id = wp_insert_post(wp_slash([
            'post_type' => $procedure['post_type'], 'post_status' => 'draft', 'post_title' => $title, 'post_author' => $actor,
        ]), true);
        if (is_wp_error($post_id)) {
            return $post_id;
        }
        update_user_meta($actor, self::ASSIGNMENT, ['print' => $print, 'post_id' => $post_id]);
        return get_post($post_id);
    }

    /**
     * The words go with a submission; an approval names the words that stand here now, which must be those that the
     * person saw (`$seen`, when the screen says it).
     *
     * @return array<string, mixed>|\WP_Error
     */
    private function words(\WP_Post $post, string $command, string $seen): array|\WP_Error
    {
        if ($command === 'submit') {
            $parcel = $this->content->parcel($post);
            unset($parcel['content_sha256']);
            return self::lost_image($parcel['content']['images']) ?? $parcel;
        }
        if ($command !== 'approve') {
            return [];
        }
        $sha256 = Content::digest($this->content->build($post));
        return $seen === '' || $seen === $sha256 ? ['content_sha256' => $sha256] : new \WP_Error(
            'content_changed',
            __('The text is not the one that you saw: load the page again and look at it.', 'tayang'),
            ['status' => 409]
        );
    }

    /**
     * A picture whose file is gone from the website cannot be approved.
     *
     * @param array<int, array<string, mixed>> $images
     */
    private static function lost_image(array $images): ?\WP_Error
    {
        foreach ($images as $image) {
            if ($image['sha256'] === '') {
                $name = wp_basename((string) get_attached_file($image['id'])) ?: (string) $image['id'];
                /* translators: %s: name of a file */
                $sentence = __('The file of the picture “%s” is missing on the website: upload it again, or take it out.', 'tayang');
                return new \WP_Error('tayang_image_missing', sprintf($sentence, $name), ['status' => 422]);
            }
        }
        return null;
    }

    /**
     * The key of this command: the kept one when the very same command is still unanswered.
     *
     * @param array<string, mixed> $body
     */
    private function key(int $post_id, array $body, string $given = ''): string
    {
        $print = md5((string) wp_json_encode($body));
        $pending = get_post_meta($post_id, self::PENDING, true);
        $pending = is_array($pending) ? $pending : [];
        $mine = $pending[$body['actor']] ?? null;
        if ($mine && $mine['print'] === $print && ($given === '' || $given === $mine['key'])) {
            return $mine['key'];
        }
        $key = $given !== '' ? $given : wp_generate_uuid4();
        $pending[$body['actor']] = ['key' => $key, 'print' => $print, 'command' => $body['command'], 'at' => gmdate('c')];
        update_post_meta($post_id, self::PENDING, $pending);
        return $key;
    }

    /**
     * @param array<string, mixed>|\WP_Error $answer
     * @return array<string, mixed>|\WP_Error
     */
    private function answered(int $post_id, int $actor, array|\WP_Error $answer): array|\WP_Error
    {
        if (is_wp_error($answer) && Sidecar_Client::is_unanswered($answer)) {
            return $answer;
        }
        $pending = get_post_meta($post_id, self::PENDING, true);
        $pending = is_array($pending) ? $pending : [];
        unset($pending[$actor]);
        $pending ? update_post_meta($post_id, self::PENDING, $pending) : delete_post_meta($post_id, self::PENDING);
        if (is_wp_error($answer)) {
            return $answer;
        }
        $applied = $this->cases->apply(Case_Mirror::from_view($answer['case']));
        return is_wp_error($applied) ? $applied : $answer['case'];
    }

    private static function value(string $field, mixed $value): mixed
    {
        if (in_array($field, ['assignee', 'to_person'], true)) {
            return (int) $value ?: null;
        }
        return $value === null || $value === '' ? null : (string) $value;
    }
}
